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
 * family, a protocol other than TCP, MPTCP and UDP, or port 0, which is any.
 */
bool request_describe(int socket, enum operation operation, const struct sockaddr *address,
                      socklen_t length, struct request *request);

/* The other way: the address of an endpoint. Returns its length. */
socklen_t request_address(const struct endpoint *endpoint, struct sockaddr_storage *address);

#endif
