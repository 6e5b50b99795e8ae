/*
 * foreign_socket: questions about a duplicate of another process's socket.
 *
 * The winsock of Windows takes in a handle that it does not know when it is asked about it. That of
 * Wine 8 answers getsockname() only; then the driver is asked as Wine's winsock would ask it
 * (include/wine/afd.h of Wine, the same numbers in 8.0 as tested here). Nothing here is asked of a
 * handle that is no socket but getsockname(), which may wait without end: see handles.h.
 */
#ifndef PORTCLAIM_WINDOWS_FOREIGN_SOCKET_H
#define PORTCLAIM_WINDOWS_FOREIGN_SOCKET_H

#include "owners.h"

/* False when it is no socket, not bound to the port of `wanted` (0: any), or of another protocol.
 */
bool foreign_socket_read(HANDLE duplicate, const struct endpoint *wanted,
                         struct owned_socket *owned);

#endif
