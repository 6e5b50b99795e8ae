/*
 * request: what a bind() or listen() asks for, as the core says it.
 */
#ifndef PORTCLAIM_WINDOWS_REQUEST_H
#define PORTCLAIM_WINDOWS_REQUEST_H

#include "core/obstacles.h"
#include "system.h"

/*
 * Fills in the request for the socket and the address. False when it is nothing of ours: another
 * family, neither stream nor datagram, or port 0, which is any. Last-error may change.
 */
bool request_describe(SOCKET socket, enum operation operation, const struct sockaddr *address,
                      int length, struct request *request);

/* For a socket that was bound: the address is its own. */
bool request_describe_bound(SOCKET socket, enum operation operation, struct request *request);

/* The other way: the address of an endpoint. Returns its length. */
int request_address(const struct endpoint *endpoint, struct sockaddr_storage *address);

#endif
