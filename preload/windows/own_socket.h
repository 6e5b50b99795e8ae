/*
 * own_socket: a socket of our own, to claim an endpoint without a server.
 */
#ifndef PORTCLAIM_WINDOWS_OWN_SOCKET_H
#define PORTCLAIM_WINDOWS_OWN_SOCKET_H

#include "core/endpoint.h"
#include "system.h"

/*
 * Opens a socket that can be bound to the endpoint, and sets *address and *length for it. "Every
 * address" on a machine without IPv6 becomes every address of IPv4. Returns the socket (no child
 * inherits it; the caller's), or INVALID_SOCKET. After WSAStartup.
 */
SOCKET own_socket_open(struct endpoint *endpoint, struct sockaddr_storage *address, int *length);

#endif
