#include "owners.h"

#include "tables.h"

#include <string.h>

enum { IPV4_BYTES = 4, MAPPED_PREFIX_BYTES = 12 /* ::ffff:0:0/96 */ };

struct collection {
    const struct request *request;
    struct obstacles *obstacles;
    struct owners *owners;
    bool connections; /* wanted in this pass, or else those without a peer */
};

/* ---- one number for one socket ---- */

static uint64_t add_to_key(uint64_t key, const struct endpoint *endpoint)
{
    const char identity[] = {
        (char)(endpoint->protocol == PROTOCOL_UDP),
        (char)endpoint->family,
        (char)(endpoint->port >> 8),
        (char)endpoint->port,
    };
    key = text_hash(key, identity, sizeof(identity));
    return text_hash(key, (const char *)endpoint->address, sizeof(endpoint->address));
}

static uint64_t key_of(const struct endpoint *local, const struct endpoint *peer)
{
    return add_to_key(add_to_key(TEXT_HASH_START, local), peer);
}

/* 0 would mean that no file refers to it. */
static uint64_t inode_of(const struct owner *owner)
{
    uint64_t inode = text_hash(owner->key, (const char *)&owner->created, sizeof(owner->created));
    /* Not told when it was made: then by whom, or the next one on the address would be the same. */
    if (owner->created == 0)
        inode = text_hash(inode, (const char *)&owner->pid, sizeof(owner->pid));
    return inode == 0 ? 1 : inode;
}

/* ---- collecting ---- */

void owners_note_serving(struct owners *owners, int32_t pid)
{
    if (pid != 0 && owners->serving_count < OWNERS_SERVING)
        owners->serving[owners->serving_count++] = pid;
}

static struct owner owner_of(const struct table_row *row)
{
    return (struct owner){
        .pid = row->pid,
        .created = row->created,
        .key = key_of(&row->socket.local, &row->peer),
    };
}

uint64_t owners_inode(const struct table_row *row)
{
    struct owner owner = owner_of(row);
    return inode_of(&owner);
}

static void take_row(void *context, const struct table_row *row)
{
    struct collection *collection = context;
    struct obstacles *obstacles = collection->obstacles;
    struct socket socket = row->socket;
    struct owner owner = owner_of(row);
    uint32_t before = obstacles->count;
    if (collection->connections && row->tcp_state == MIB_TCP_STATE_LISTEN)
        owners_note_serving(collection->owners, row->pid);
    if ((socket.state > SOCKET_BOUND) != collection->connections)
        return;
    socket.inode = inode_of(&owner);
    obstacles_add(obstacles, collection->request, &socket);
    if (obstacles->count > before)
        collection->owners->of[before] = owner;
}

/*
 * Listeners first, and connections where those leave a question: see obstacles.h. Wine 8 takes 2 ms
 * for each row that nobody holds, such as TIME_WAIT, so the whole table is not asked for lightly.
 */
static bool take_all(struct collection *collection, uint64_t deadline_ms)
{
    enum protocol protocol = collection->request->endpoint.protocol;
    if (!tables_read(protocol, false, deadline_ms, take_row, collection))
        return false;
    if (protocol == PROTOCOL_UDP || deadline_ms == OWNERS_SERVERS_ONLY ||
        !obstacles_want_connections(collection->obstacles, collection->request))
        return true;
    collection->connections = true;
    collection->owners->connections = true;
    return tables_read(protocol, true, deadline_ms, take_row, collection);
}

bool owners_look_up(const struct request *request, struct obstacles *obstacles,
                    uint64_t deadline_ms, struct owners *owners)
{
    struct collection collection = {
        .request = request,
        .obstacles = obstacles,
        .owners = owners,
    };
    obstacles_start(obstacles);
    owners->connections = false;
    owners->serving_count = 0;
    bool asked = take_all(&collection, deadline_ms);
    return asked && !obstacles->overflow;
}

/* ---- comparing ---- */

bool owners_read_address(const struct sockaddr_storage *address, struct endpoint *endpoint)
{
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
        tables_set_ipv4(endpoint, ipv4->sin_addr.s_addr, ipv4->sin_port);
        return true;
    }
    if (address->ss_family != AF_INET6)
        return false;
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;
    tables_set_ipv6(endpoint, ipv6->sin6_addr.s6_addr, ipv6->sin6_port, ipv6->sin6_scope_id);
    return true;
}

/* What a dual-stack socket looks like among the IPv4 rows. */
static bool as_ipv4(const struct endpoint *endpoint, struct endpoint *ipv4)
{
    static const uint8_t mapped[MAPPED_PREFIX_BYTES] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    bool is_mapped = memcmp(endpoint->address, mapped, sizeof(mapped)) == 0;
    *ipv4 = *endpoint;
    ipv4->family = FAMILY_IPV4;
    memset(ipv4->address, 0, sizeof(ipv4->address));
    if (is_mapped)
        memcpy(ipv4->address, endpoint->address + sizeof(mapped), IPV4_BYTES);
    return endpoint->family == FAMILY_IPV6 && !endpoint->ipv6_only &&
           (is_mapped || endpoint->port == 0 || endpoint_is_wildcard(endpoint));
}

bool owners_match(const struct socket *row, const struct owner *owner,
                  const struct owned_socket *socket)
{
    struct endpoint local;
    struct endpoint peer;
    if ((row->state == SOCKET_LISTENING) != socket->listens)
        return false;
    if (owner->key == key_of(&socket->local, &socket->peer))
        return true;
    if (!as_ipv4(&socket->local, &local))
        return false;
    if (socket->peer.port == 0)
        peer = (struct endpoint){.protocol = socket->peer.protocol};
    else if (!as_ipv4(&socket->peer, &peer))
        return false;
    return owner->key == key_of(&local, &peer);
}

void owners_number(struct socket *row, struct owner *owner, const struct owned_socket *socket)
{
    if (socket->number == 0)
        return;
    row->inode = socket->number;
    owner->numbered = true;
}

void owners_add(const struct request *request, const struct owned_socket *socket, int32_t pid,
                struct obstacles *obstacles, struct owners *owners)
{
    struct owner owner = {
        .pid = pid,
        .key = key_of(&socket->local, &socket->peer),
        .numbered = socket->number != 0,
    };
    struct socket added = {
        .inode = socket->number != 0 ? socket->number : inode_of(&owner),
        .state = socket->listens ? SOCKET_LISTENING : SOCKET_BOUND,
        .local = socket->local,
    };
    uint32_t before = obstacles->count;
    if (socket->peer.port != 0)
        return;
    obstacles_add(obstacles, request, &added);
    if (obstacles->count > before)
        owners->of[before] = owner;
}
