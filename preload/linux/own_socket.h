/*
 * own_socket: a socket of our own, to claim an endpoint without a server.
 */
#ifndef PORTCLAIM_OWN_SOCKET_H
#define PORTCLAIM_OWN_SOCKET_H

#include "core/endpoint.h"

#include <sys/socket.h>

/*
 * Opens a socket that can be bound to the endpoint, and sets *address and *length for it. "Every
 * address" on a machine without IPv6 becomes every address of IPv4. Returns the socket (O_CLOEXEC,
 * the caller's), or -errno.
 */
int own_socket_open(struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length);

/*
 * Binds it, by the system call itself: under LD_PRELOAD, bind() would be a claim of its own. To a
 * path it is not bound: that would be found there afterwards. Returns 0, where the endpoint can be
 * bound, or an errno.
 */
int own_socket_bind(int socket, const struct endpoint *endpoint,
                    const struct sockaddr_storage *address, socklen_t length);

#endif
