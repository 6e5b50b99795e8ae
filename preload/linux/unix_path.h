/*
 * unix_path: the file that a Unix socket leaves in the file system when its server ends (unix(7)),
 * and that keeps the next one from binding there until somebody removes it.
 *
 * What proves that nobody listens: connect(2) with a datagram socket says ECONNREFUSED if, and only
 * if, no socket at all is bound to the file, whatever its type, whether it listens yet or not, and
 * in whichever network namespace; to a stream or seqpacket socket it says EPROTOTYPE, and its
 * server notices nothing (unix_find_bsd() in net/unix/af_unix.c, seen on 6.18). A connect() of the
 * server's own type would not do: it is refused as well while the server is bound and does not
 * listen. (Where Linux is only imitated, those of the other types are made as well, and all must be
 * refused.) Once nobody is bound to a file nobody ever will be, for bind() makes a new file or
 * fails.
 *
 * Not seen is a server that is bound to the same file by way of another file system: an overlay of
 * which this is the upper directory (seen on 6.18; through the overlay it is seen), a virtual
 * machine or NFS to which this one is exported. Nobody here could reach it by this path.
 *
 * What can still go wrong: that the name is another file's by the time that it is removed. So it is
 * moved to another name in the same directory first, which tells which file that was, and only the
 * one that was proven dead is unlinked; another goes back at once. For that moment a server that
 * came meanwhile, and not by portclaim (which has a lock), cannot be reached; if yet another one
 * binds in that moment, the moved name stays. Who is killed in between leaves the moved name.
 */
#ifndef PORTCLAIM_UNIX_PATH_H
#define PORTCLAIM_UNIX_PATH_H

#include "core/endpoint.h"

enum unix_path {
    UNIX_PATH_MISSING,
    UNIX_PATH_LEFT, /* nobody is bound to it, and it is ours to remove */
    UNIX_PATH_BOUND,
    UNIX_PATH_NO_SOCKET,
    UNIX_PATH_ANOTHER_USERS,
    UNIX_PATH_SHARED,  /* its file system is not known to be this machine's alone */
    UNIX_PATH_UNCLEAR, /* the kernel does not say whether somebody is bound to it */
};

/*
 * Would bind() succeed there? 0; EADDRINUSE, whatever it is that stands there; or an errno. Nothing
 * is bound for it: what bind() leaves cannot be removed everywhere (SHARED, UNCLEAR), and would
 * then be in the way of the server for which this is asked.
 */
int unix_path_try(const struct endpoint *endpoint);

/* Sets the file and the place that the path leads to now, seen from the calling process. */
void unix_path_identify(struct endpoint *endpoint);

/*
 * Does the name of a server's socket lead to another file than the path that is wanted, though
 * they have the 32 bits of an inode's number in common that sock_diag(7) tells? A large XFS has
 * more bits, and numbers in each of its groups anew.
 */
bool unix_path_leads_elsewhere(const struct endpoint *server, const struct endpoint *wanted);

/* What is there; identifies it as well. Connects to it, so ask unix_diag first who is bound. */
enum unix_path unix_path_look(struct endpoint *endpoint);

/* Removes it if it is UNIX_PATH_LEFT. False when it is not, or may not be removed. */
bool unix_path_remove(const struct endpoint *endpoint);

#endif
