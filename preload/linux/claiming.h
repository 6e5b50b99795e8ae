/*
 * claiming: a failed call of the program's becomes a claim.
 */
#ifndef PORTCLAIM_CLAIMING_H
#define PORTCLAIM_CLAIMING_H

#include "core/endpoint.h"
#include "core/settings.h"

#include <sys/socket.h>

/*
 * Claims the address for a bind() that failed with EADDRINUSE. Returns 0 or the errno to give up
 * with.
 */
int claiming_bind(const struct settings *settings, int socket, const struct sockaddr *address,
                  socklen_t length);

/* Likewise for a socket of our own (own_socket.h). */
int claiming_own(const struct settings *settings, int socket, const struct endpoint *endpoint,
                 const struct sockaddr_storage *address, socklen_t length);

/* Likewise for listen(), whose socket was bound before. */
int claiming_listen(const struct settings *settings, int socket, int backlog);

/*
 * After a call that succeeded, with PORTCLAIM_REUSEPORT: ends whoever is stale and shares the
 * port. Returns when they have let go of it, or after the budget. Waiting is what makes it true
 * that afterwards every connection is ours, and somebody has to be there for SIGKILL. Of the call
 * nothing changes, nor does errno.
 */
void claiming_share(const struct settings *settings, int socket);

#endif
