#include "kernel.h"

#include <string.h>

static bool is_any(const struct endpoint *endpoint)
{
    static const uint8_t zero[ENDPOINT_ADDRESS_SIZE];
    return memcmp(endpoint->address, zero, sizeof(zero)) == 0;
}

static bool takes_ipv4(const struct endpoint *endpoint)
{
    return endpoint->family == FAMILY_IPV4 || (is_any(endpoint) && !endpoint->ipv6_only);
}

static bool addresses_overlap(const struct endpoint *left, const struct endpoint *right)
{
    if (left->family != right->family)
        return takes_ipv4(left) && takes_ipv4(right);
    return is_any(left) || is_any(right) ||
           memcmp(left->address, right->address, ENDPOINT_ADDRESS_SIZE) == 0;
}

/* inet_rcv_saddr_equal() of Linux, for the addresses and devices that the schedules use. */
bool kernel_overlaps(const struct endpoint *left, const struct endpoint *right)
{
    bool same_space = (left->protocol == PROTOCOL_UDP) == (right->protocol == PROTOCOL_UDP);
    return same_space && left->port == right->port && addresses_overlap(left, right);
}

/* inet_csk_bind_conflict(): two that both reuse live together unless one of them listens. */
static bool stands_in_the_way(const struct place *place, const struct endpoint *endpoint,
                              bool reuses)
{
    if (!kernel_overlaps(&place->socket.local, endpoint))
        return false;
    bool lifted = reuses && place->reuses && place->socket.state != SOCKET_LISTENING;
    return endpoint->protocol == PROTOCOL_UDP || !lifted;
}

bool kernel_is_busy(const struct world *world, const struct endpoint *endpoint, bool reuses,
                    uint64_t own_inode)
{
    for (int index = 0; index < world->socket_count; index++) {
        const struct place *place = &world->sockets[index];
        bool own = own_inode != 0 && place->socket.inode == own_inode;
        if (place->used && !own && stands_in_the_way(place, endpoint, reuses))
            return true;
    }
    return false;
}
