/*
 * foreign_socket: questions about a duplicate of another process's socket.
 *
 * On Windows its driver is asked (afd.h); why not winsock stands there. Wine 8 has a driver of its
 * own: its winsock answers getsockname() for any handle, and the rest is asked as that winsock
 * would ask it (include/wine/afd.h of Wine, the same numbers in 8.0 as tested here). Either may
 * wait without end for a handle that is a pipe's: see handles.h.
 */
#ifndef PORTCLAIM_WINDOWS_FOREIGN_SOCKET_H
#define PORTCLAIM_WINDOWS_FOREIGN_SOCKET_H

#include "owners.h"

/*
 * Does the driver say of a socket of our own what it is (SOCK_...)? Else nothing that it says of
 * others is to be trusted.
 */
bool foreign_socket_is_understood(SOCKET own, int type);

/* False when it is no socket, not bound to the port of `wanted` (0: any), or of another protocol.
 */
bool foreign_socket_read(HANDLE duplicate, const struct endpoint *wanted,
                         struct owned_socket *owned);

#endif
