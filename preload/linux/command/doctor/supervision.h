/*
 * supervision: whether the seccomp engine answers for a process, as /proc shows it.
 */
#ifndef PORTCLAIM_DOCTOR_SUPERVISION_H
#define PORTCLAIM_DOCTOR_SUPERVISION_H

#include <stdbool.h>
#include <sys/types.h>

enum supervision {
    SUPERVISION_NONE,
    SUPERVISION_FOUND,
    SUPERVISION_POSSIBLE, /* there is an orphaned supervisor, and nobody can tell whose */
};

/* *supervisor is the one that was found. What may not be looked into is taken for none of ours. */
enum supervision supervision_of(pid_t pid, pid_t *supervisor);

/* Has the process a descriptor of which /proc says this, as "anon_inode:[io_uring]"? */
bool supervision_has_descriptor(pid_t pid, const char *target);

#endif
