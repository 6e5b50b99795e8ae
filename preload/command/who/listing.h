/*
 * listing: many sockets at once, and by one search through all processes, who has them open.
 */
#ifndef PORTCLAIM_LISTING_H
#define PORTCLAIM_LISTING_H

#include "command/look.h"

#include <stddef.h>

struct listing {
    size_t socket_count;
    struct look_socket *sockets; /* by protocol, port, address and peer */
    size_t owner_count;
    struct look_owner *owners; /* by inode; who of a socket's holders is visible to us */
};

/*
 * Every socket of TCP and UDP; with `connections` not only those that listen or are bound. False
 * when the system does not tell. Free with listing_free().
 */
bool listing_read(struct listing *listing, bool connections);

/* The owners of one socket: the first of them, and in *count how many. */
const struct look_owner *listing_owners(const struct listing *listing, uint64_t inode,
                                        size_t *count);

/* All that have a socket on the same port open, in candidates->pids by malloc(3). */
void listing_candidates(const struct listing *listing, const struct endpoint *endpoint,
                        struct look_candidates *candidates);

/*
 * Would both be shown as the same endpoint? A list does not always tell whether a socket of IPv6
 * takes in IPv4.
 */
bool listing_same_place(const struct endpoint *left, const struct endpoint *right);

void listing_free(struct listing *listing);

#endif
