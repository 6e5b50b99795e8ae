/*
 * afd: what the driver of Windows' sockets (\Device\Afd) says of one, whoever's it is.
 *
 * Asked without winsock, on purpose. mswsock keeps what it has learned of a socket under the number
 * of the handle, also when that is closed and comes again as the duplicate of another socket: it
 * would give that one the kind of the first. And it learns it under a lock that every socket()
 * needs, so that a question which waits for a pipe's reader would hold up the program.
 *
 * Numbers and layouts are those of ntafd.h (System Informer, phnt), which mswsock uses as well, the
 * same from Windows Vista to 11. Not for Wine, which has a driver of its own.
 */
#ifndef PORTCLAIM_WINDOWS_AFD_H
#define PORTCLAIM_WINDOWS_AFD_H

#include "system.h"

#include <stdbool.h>

struct afd_socket {
    int type; /* SOCK_STREAM, SOCK_DGRAM, ... */
    bool listens;
    bool ipv6_only; /* also when that is not told */
    struct sockaddr_storage local;
    struct sockaddr_storage peer; /* ss_family 0: none */
};

/*
 * False when it is no socket of winsock's, or not bound. Waits without end for a handle that is
 * opened for synchronous use while somebody waits in a call on it.
 */
bool afd_read(HANDLE handle, struct afd_socket *socket);

/* Its kind alone, also of one that is not bound; -1: it is no socket of winsock's. */
int afd_read_type(HANDLE handle);

#endif
