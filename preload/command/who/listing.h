/*
 * listing: many sockets at once, and by one search through all processes, who has them open.
 */
#ifndef PORTCLAIM_LISTING_H
#define PORTCLAIM_LISTING_H

#include "linux/holders.h"
#include "linux/sockets.h"

#include <stddef.h>

struct listing {
    size_t socket_count;
    struct listed_socket *sockets; /* by protocol, port, address and peer */
    size_t owner_count;
    struct owner *owners; /* by inode; who of a socket's holders is visible to us */
};

/*
 * Every socket of TCP and UDP; with `connections` not only those that listen or are bound. False
 * when the kernel does not tell. Free with listing_free().
 */
bool listing_read(struct listing *listing, bool connections);

/* The owners of one socket: the first of them, and in *count how many. */
const struct owner *listing_owners(const struct listing *listing, uint64_t inode, size_t *count);

/* All that have a socket on the same port open, in candidates->pids by malloc(3). */
void listing_candidates(const struct listing *listing, const struct endpoint *endpoint,
                        struct holders_candidates *candidates);

void listing_free(struct listing *listing);

#endif
