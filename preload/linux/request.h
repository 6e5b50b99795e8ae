/*
 * request: what a bind() or listen() asks for, as the core says it.
 */
#ifndef PORTCLAIM_REQUEST_H
#define PORTCLAIM_REQUEST_H

#include "core/obstacles.h"

#include <sys/socket.h>

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* asm-generic/socket.h, Linux 5.1 */
#endif

/*
 * Fills in the request for the socket and the address. False when it is nothing of ours: another
 * family, a protocol other than TCP, MPTCP, UDP and SCTP, port 0, which is any, or listen() on a
 * Unix socket, which never finds its address in use.
 */
bool request_describe(int socket, enum operation operation, const struct sockaddr *address,
                      socklen_t length, struct request *request);

/*
 * Does the socket, whose call succeeded, share its port with whoever else wants to (SO_REUSEPORT)?
 * Fills in a request of OPERATION_SHARE then. Not for datagrams at the address of a group, or with
 * SO_REUSEADDR besides: those receive multicast, of which each has all and nobody takes a part from
 * another.
 */
bool request_describe_shared(int socket, struct request *request);

/*
 * Does it listen already? Then it took its part long ago, and who calls listen() for another
 * backlog starts nothing: nobody has to go for it.
 */
bool request_listens(int socket);

/* The other way: the address of an endpoint. Returns its length. */
socklen_t request_address(const struct endpoint *endpoint, struct sockaddr_storage *address);

#endif
