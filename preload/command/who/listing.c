#include "listing.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { FAILED = 2, FIRST_ROOM = 64 };

/* Room for one more of `count`, which doubles whenever it is used up. */
static void *grow(void *array, size_t count, size_t size)
{
    bool full = count == 0 || (count >= FIRST_ROOM && (count & (count - 1)) == 0);
    if (!full)
        return array;
    array = reallocarray(array, count == 0 ? FIRST_ROOM : 2 * count, size);
    if (array == NULL)
        err(FAILED, "portclaim");
    return array;
}

/* ---- sockets ---- */

static void take_socket(void *context, const struct look_socket *socket)
{
    struct listing *listing = context;
    listing->sockets = grow(listing->sockets, listing->socket_count, sizeof(*listing->sockets));
    listing->sockets[listing->socket_count++] = *socket;
}

static int compare_endpoints(const struct endpoint *left, const struct endpoint *right)
{
    if (left->port != right->port)
        return left->port < right->port ? -1 : 1;
    if (left->protocol != right->protocol)
        return left->protocol < right->protocol ? -1 : 1;
    if (left->family != right->family)
        return left->family < right->family ? -1 : 1;
    if (left->device != right->device)
        return left->device < right->device ? -1 : 1;
    return memcmp(left->address, right->address, sizeof(left->address));
}

static int compare_sockets(const void *left, const void *right)
{
    const struct look_socket *first = left;
    const struct look_socket *second = right;
    int order = compare_endpoints(&first->socket.local, &second->socket.local);
    return order != 0 ? order : compare_endpoints(&first->peer, &second->peer);
}

static bool read_sockets(struct listing *listing, bool connections)
{
    if (!look_sockets(PROTOCOL_TCP, 0, connections, take_socket, listing) ||
        !look_sockets(PROTOCOL_UDP, 0, connections, take_socket, listing))
        return false;
    if (look_speaks(PROTOCOL_SCTP) &&
        !look_sockets(PROTOCOL_SCTP, 0, connections, take_socket, listing))
        return false;
    if (listing->socket_count > 0)
        qsort(listing->sockets, listing->socket_count, sizeof(*listing->sockets), compare_sockets);
    return true;
}

/* ---- owners ---- */

const struct look_owner *listing_owners(const struct listing *listing, uint64_t inode,
                                        size_t *count)
{
    size_t low = 0;
    size_t high = listing->owner_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (listing->owners[middle].inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < listing->owner_count && listing->owners[low + *count].inode == inode)
        (*count)++;
    return *count == 0 ? NULL : &listing->owners[low];
}

static void take_owner(void *context, const struct look_owner *owner)
{
    struct listing *listing = context;
    listing->owners = grow(listing->owners, listing->owner_count, sizeof(*listing->owners));
    listing->owners[listing->owner_count++] = *owner;
}

static int compare_owners(const void *left, const void *right)
{
    const struct look_owner *first = left;
    const struct look_owner *second = right;
    if (first->inode != second->inode)
        return first->inode < second->inode ? -1 : 1;
    return (first->pid > second->pid) - (first->pid < second->pid);
}

/* One process may have a socket open several times. */
static void drop_doubles(struct listing *listing)
{
    size_t kept = 0;
    for (size_t index = 0; index < listing->owner_count; index++) {
        const struct look_owner *owner = &listing->owners[index];
        if (kept == 0 || compare_owners(&listing->owners[kept - 1], owner) != 0)
            listing->owners[kept++] = *owner;
    }
    listing->owner_count = kept;
}

static void search_owners(struct listing *listing, bool thorough)
{
    look_owners(listing->sockets, listing->socket_count, thorough, take_owner, listing);
    if (listing->owner_count > 0)
        qsort(listing->owners, listing->owner_count, sizeof(*listing->owners), compare_owners);
    drop_doubles(listing);
}

static bool all_owned(const struct listing *listing)
{
    for (size_t index = 0; index < listing->socket_count; index++) {
        uint64_t inode = listing->sockets[index].socket.inode;
        size_t count = 0;
        if (inode != 0 && listing_owners(listing, inode, &count) == NULL)
            return false;
    }
    return true;
}

static void read_owners(struct listing *listing)
{
    search_owners(listing, false);
    if (!all_owned(listing))
        search_owners(listing, true);
}

/* ---- the whole ---- */

void listing_candidates(const struct listing *listing, const struct endpoint *endpoint,
                        struct look_candidates *candidates)
{
    int32_t *pids = NULL;
    uint32_t count = 0;
    for (size_t index = 0; index < listing->socket_count; index++) {
        const struct socket *socket = &listing->sockets[index].socket;
        size_t owners = 0;
        const struct look_owner *owner = NULL;
        if (socket->local.port == endpoint->port && socket->local.protocol == endpoint->protocol)
            owner = listing_owners(listing, socket->inode, &owners);
        for (size_t place = 0; place < owners; place++) {
            pids = grow(pids, count, sizeof(*pids));
            pids[count++] = owner[place].pid;
        }
    }
    *candidates = (struct look_candidates){pids, count, listing->owners, listing->owner_count};
}

bool listing_read(struct listing *listing, bool connections)
{
    memset(listing, 0, sizeof(*listing));
    if (!read_sockets(listing, connections)) {
        listing_free(listing);
        return false;
    }
    read_owners(listing);
    return true;
}

bool listing_same_place(const struct endpoint *left, const struct endpoint *right)
{
    struct endpoint first = *left;
    struct endpoint second = *right;
    first.ipv6_only = false;
    second.ipv6_only = false;
    return endpoint_covers(&first, &second) && endpoint_covers(&second, &first);
}

void listing_free(struct listing *listing)
{
    free(listing->sockets);
    free(listing->owners);
    memset(listing, 0, sizeof(*listing));
}
