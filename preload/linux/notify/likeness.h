/*
 * likeness: the rights that bind(2) and listen(2) ask for, of one thread, to be compared.
 *
 * What the kernel asks of the caller and not of the socket: capabilities, in the user namespace of
 * the socket's network (ns_capable() in __inet_bind()), for which the effective user counts as
 * well (cap_capable(): the owner of a namespace has them all in it), and the security module's
 * label. Two threads that are alike in these get the same answer for the same socket. Control
 * groups' filters (SocketBindAllow=) go by the socket: BPF_CGROUP_RUN_SA_PROG(). Landlock domains
 * cannot be seen from outside and are not in here (supervisor.c).
 */
#ifndef PORTCLAIM_NOTIFY_LIKENESS_H
#define PORTCLAIM_NOTIFY_LIKENESS_H

#include <stdbool.h>
#include <stdint.h>

enum { LIKENESS_LABEL_SIZE = 256, LIKENESS_IDS = 4 /* real, effective, saved, file system */ };

struct likeness {
    uint32_t users[LIKENESS_IDS];
    uint32_t groups[LIKENESS_IDS];
    uint64_t permitted;
    uint64_t effective;
    uint64_t user_namespace;         /* its inode; 0: it cannot be seen, and is like no other */
    char label[LIKENESS_LABEL_SIZE]; /* attr/current; "" where no security module has labels */
};

/*
 * Reads them from /proc/TID, an open directory; *process is the process of the thread. False when
 * they cannot be read.
 */
bool likeness_read(int directory, struct likeness *likeness, int32_t *process);

bool likeness_same(const struct likeness *one, const struct likeness *other);

/* Is the calling process in the same namespace ("ns/net")? False when that cannot be seen. */
bool likeness_same_namespace(int directory, const char *link);

/*
 * Makes the calling process, which has to have a single thread, like the one of this directory and
 * pidfd, as far as it may: its user and network namespaces, its ids, its capabilities. True when
 * both are alike afterwards. Other users cannot look into the calling process from then on.
 */
bool likeness_take(int directory, int handle);

/* Enters its network namespace, if that is another one and the kernel lets us. */
void likeness_enter_network(int directory, int handle);

#endif
