#include "obstacles.h"

void obstacles_start(struct obstacles *obstacles)
{
    obstacles->count = 0;
    obstacles->closable = 0;
    obstacles->sending = 0;
    obstacles->overflow = false;
    obstacles->obstruction = NULL;
}

/*
 * A bound socket keeps another from binding, but only a second listener keeps it from listening.
 * What comes in is shared by those who listen; datagrams by those who are connected to nobody.
 */
static bool can_matter(const struct request *request, const struct socket *socket)
{
    bool listens = socket->state == SOCKET_LISTENING;
    bool receives = socket->local.protocol == PROTOCOL_UDP && socket->state == SOCKET_BOUND;
    switch (request->operation) {
    case OPERATION_BIND:
        return true;
    case OPERATION_LISTEN:
        return listens;
    case OPERATION_SHARE:
        return listens || receives;
    }
    return true;
}

static bool matters(const struct request *request, const struct socket *socket)
{
    if (socket->inode != 0 && socket->inode == request->own_inode)
        return false;
    if (!can_matter(request, socket))
        return false;
    return endpoint_conflicts(&socket->local, &request->endpoint);
}

/* Listeners are fed first, so none stands behind a connection that was kept. */
static bool has_listener_for(const struct obstacles *obstacles, const struct endpoint *endpoint)
{
    for (uint32_t index = 0; index < obstacles->count; index++) {
        const struct socket *kept = &obstacles->sockets[index];
        if (kept->state > SOCKET_BOUND)
            return false;
        if (kept->state == SOCKET_LISTENING && endpoint_covers(&kept->local, endpoint))
            return true;
    }
    return false;
}

/* The kernel may show one socket twice: an MPTCP listener, or whatever changed during the dump. */
static bool is_kept(const struct obstacles *obstacles, uint64_t inode)
{
    for (uint32_t index = 0; inode != 0 && index < obstacles->count; index++) {
        if (obstacles->sockets[index].inode == inode)
            return true;
    }
    return false;
}

/* Once it has overflown nobody asks for more, and there may be tens of thousands to come. */
static void keep(struct obstacles *obstacles, const struct socket *socket)
{
    if (obstacles->overflow || is_kept(obstacles, socket->inode))
        return;
    obstacles->overflow = obstacles->count == OBSTACLES_SOCKETS;
    if (!obstacles->overflow)
        obstacles->sockets[obstacles->count++] = *socket;
}

void obstacles_add(struct obstacles *obstacles, const struct request *request,
                   const struct socket *socket)
{
    bool is_connection = socket->state > SOCKET_BOUND;
    if (!matters(request, socket) || (is_connection && has_listener_for(obstacles, &socket->local)))
        return;
    if (socket->state == SOCKET_CLOSABLE)
        obstacles->closable++;
    else if (socket->state == SOCKET_SENDING)
        obstacles->sending++;
    else
        keep(obstacles, socket);
}

/*
 * Only a listener keeps another from listening. What stands beside a listener on all that is
 * requested was bound before that one listened, both with SO_REUSEADDR, and keeps nobody from
 * binding who has it too: inet_csk_bind_conflict() in net/ipv4/inet_connection_sock.c. Or both have
 * SO_REUSEPORT, as several listeners on one endpoint have for sure; then it is in the way of
 * everybody who has not.
 */
enum bound_sockets obstacles_want_bound(const struct obstacles *obstacles,
                                        const struct request *request)
{
    if (request->operation != OPERATION_BIND)
        return BOUND_UNWANTED;
    if (request->reuses_address && obstacles->count == 1 &&
        has_listener_for(obstacles, &request->endpoint))
        return BOUND_WANTED_IF_SHARED;
    return BOUND_WANTED;
}

/* Beside a listener on all that is requested no connection can be in the way on its own. */
bool obstacles_want_connections(const struct obstacles *obstacles, const struct request *request)
{
    return request->operation == OPERATION_BIND && !has_listener_for(obstacles, &request->endpoint);
}
