#include "listing.h"

#include "core/text.h"
#include "linux/descriptors.h"

#include <dirent.h>
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

static void take_socket(void *context, const struct listed_socket *listed)
{
    struct listing *listing = context;
    listing->sockets = grow(listing->sockets, listing->socket_count, sizeof(*listing->sockets));
    listing->sockets[listing->socket_count++] = *listed;
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
    const struct listed_socket *first = left;
    const struct listed_socket *second = right;
    int order = compare_endpoints(&first->socket.local, &second->socket.local);
    return order != 0 ? order : compare_endpoints(&first->peer, &second->peer);
}

static bool read_sockets(struct listing *listing, bool connections)
{
    _Alignas(16) static char buffer[SOCKETS_BUFFER_SIZE];
    if (!sockets_list(PROTOCOL_TCP, 0, connections, buffer, take_socket, listing) ||
        !sockets_list(PROTOCOL_UDP, 0, connections, buffer, take_socket, listing))
        return false;
    if (listing->socket_count > 0)
        qsort(listing->sockets, listing->socket_count, sizeof(*listing->sockets), compare_sockets);
    return true;
}

/* ---- owners ---- */

const struct owner *listing_owners(const struct listing *listing, uint64_t inode, size_t *count)
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

struct search {
    struct listing *listing;
    int32_t pid;
};

static bool take_owner(void *context, uint64_t inode)
{
    const struct search *search = context;
    struct listing *listing = search->listing;
    listing->owners = grow(listing->owners, listing->owner_count, sizeof(*listing->owners));
    listing->owners[listing->owner_count++] = (struct owner){inode, search->pid};
    return true;
}

static int compare_owners(const void *left, const void *right)
{
    const struct owner *first = left;
    const struct owner *second = right;
    if (first->inode != second->inode)
        return first->inode < second->inode ? -1 : 1;
    return (first->pid > second->pid) - (first->pid < second->pid);
}

/* One process may have a socket open several times. */
static void drop_doubles(struct listing *listing)
{
    size_t kept = 0;
    for (size_t index = 0; index < listing->owner_count; index++) {
        const struct owner *owner = &listing->owners[index];
        if (kept == 0 || compare_owners(&listing->owners[kept - 1], owner) != 0)
            listing->owners[kept++] = *owner;
    }
    listing->owner_count = kept;
}

static void search_processes(struct listing *listing, bool every_thread)
{
    struct search search = {.listing = listing};
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    while (processes != NULL && (entry = readdir(processes)) != NULL) {
        const char *name = entry->d_name;
        uint64_t pid;
        if (!text_read_number(&name, INT32_MAX, &pid) || *name != '\0')
            continue;
        search.pid = (int32_t)pid;
        descriptors_list(search.pid, every_thread, UINT64_MAX, take_owner, &search);
    }
    if (processes != NULL)
        closedir(processes);
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

/* Threads with descriptors of their own (unshare(2)) are rare, and looked into only then. */
static void read_owners(struct listing *listing)
{
    search_processes(listing, false);
    if (!all_owned(listing))
        search_processes(listing, true);
}

/* ---- the whole ---- */

void listing_candidates(const struct listing *listing, const struct endpoint *endpoint,
                        struct holders_candidates *candidates)
{
    int32_t *pids = NULL;
    uint32_t count = 0;
    for (size_t index = 0; index < listing->socket_count; index++) {
        const struct socket *socket = &listing->sockets[index].socket;
        size_t owners = 0;
        const struct owner *owner = NULL;
        if (socket->local.port == endpoint->port && socket->local.protocol == endpoint->protocol)
            owner = listing_owners(listing, socket->inode, &owners);
        for (size_t place = 0; place < owners; place++) {
            pids = grow(pids, count, sizeof(*pids));
            pids[count++] = owner[place].pid;
        }
    }
    *candidates = (struct holders_candidates){pids, count, listing->owners, listing->owner_count};
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

void listing_free(struct listing *listing)
{
    free(listing->sockets);
    free(listing->owners);
    memset(listing, 0, sizeof(*listing));
}
