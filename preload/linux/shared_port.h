/*
 * shared_port: does a socket that listens share its port (SO_REUSEPORT)? Nobody is told that of
 * another's socket, but the kernel lets one more bind beside those who all share, of the same user:
 * inet_bind_conflict() in net/ipv4/inet_connection_sock.c. So that is tried.
 */
#ifndef PORTCLAIM_SHARED_PORT_H
#define PORTCLAIM_SHARED_PORT_H

#include "core/endpoint.h"

/*
 * May there be a socket, only bound, that shares the endpoint with a listener on all of it, which
 * belongs to `user`? False only when the kernel refused us as a third.
 */
bool shared_port_is_possible(const struct endpoint *endpoint, uint32_t user);

#endif
