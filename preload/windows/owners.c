#include "owners.h"

#include "memory.h"
#include "native.h"

#include <iphlpapi.h>
#include <string.h>

enum {
    FIRST_TABLE_SIZE = 1 << 16,
    MOST_TABLE_SIZE = 1 << 26,
    TRIES = 8, /* the table may have grown between two of them */
    IPV4_BYTES = 4,
    MAPPED_PREFIX_BYTES = 12, /* ::ffff:0:0/96 */
};

typedef DWORD(WINAPI *get_tcp_table)(void *table, DWORD *size, BOOL sorted, ULONG family,
                                     TCP_TABLE_CLASS what, ULONG reserved);
typedef DWORD(WINAPI *get_udp_table)(void *table, DWORD *size, BOOL sorted, ULONG family,
                                     UDP_TABLE_CLASS what, ULONG reserved);

/* One row, whatever its kind. */
struct row {
    struct socket socket;
    struct endpoint peer;
    struct owner owner;
};

struct collection {
    const struct request *request;
    struct obstacles *obstacles;
    struct owners *owners;
    bool connections;     /* wanted in this pass, or else those without a peer */
    bool dual_rows_twice; /* a dual-stack socket has a row of IPv4 as well */
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

/* ---- understanding ---- */

static enum socket_state state_of(DWORD state, DWORD pid)
{
    switch (state) {
    case MIB_TCP_STATE_LISTEN:
        return SOCKET_LISTENING;
    case MIB_TCP_STATE_CLOSED:
        return SOCKET_BOUND;
    case MIB_TCP_STATE_TIME_WAIT:
    case MIB_TCP_STATE_DELETE_TCB:
        return SOCKET_CLOSABLE;
    case MIB_TCP_STATE_FIN_WAIT2:
        return pid == 0 ? SOCKET_CLOSABLE : SOCKET_CONNECTED;
    case MIB_TCP_STATE_FIN_WAIT1:
    case MIB_TCP_STATE_CLOSING:
    case MIB_TCP_STATE_LAST_ACK:
        return pid == 0 ? SOCKET_SENDING : SOCKET_CONNECTED;
    default:
        return SOCKET_CONNECTED;
    }
}

static void set_ipv4(struct endpoint *endpoint, DWORD address, DWORD port)
{
    endpoint->family = FAMILY_IPV4;
    memcpy(endpoint->address, &address, IPV4_BYTES);
    endpoint->port = ntohs((u_short)port);
}

static void set_ipv6(struct endpoint *endpoint, const UCHAR *address, DWORD port)
{
    endpoint->family = FAMILY_IPV6;
    memcpy(endpoint->address, address, sizeof(endpoint->address));
    endpoint->port = ntohs((u_short)port);
}

static bool is_link_local(const struct endpoint *endpoint)
{
    return endpoint->family == FAMILY_IPV6 && endpoint->address[0] == 0xfe &&
           (endpoint->address[1] & 0xc0) == 0x80; /* fe80::/10 */
}

/*
 * Its own IPv4 row stands for the other half of a dual-stack socket, so each IPv6 row is of IPv6
 * alone; where there is one row for both, it may be either kind.
 */
static void take_row(struct collection *collection, struct row *row, LARGE_INTEGER created)
{
    struct obstacles *obstacles = collection->obstacles;
    uint32_t before = obstacles->count;
    bool connection = row->socket.state > SOCKET_BOUND;
    if (connection != collection->connections)
        return;
    row->socket.local.ipv6_only =
        row->socket.local.family == FAMILY_IPV6 && collection->dual_rows_twice;
    row->owner.created = (uint64_t)created.QuadPart;
    row->owner.key = key_of(&row->socket.local, &row->peer);
    row->socket.inode = inode_of(&row->owner);
    obstacles_add(obstacles, collection->request, &row->socket);
    if (obstacles->count > before)
        collection->owners->of[before] = row->owner;
}

/* A listener has the rest of the peer's fields at random. */
static bool has_peer(DWORD state)
{
    return state != MIB_TCP_STATE_LISTEN && state != MIB_TCP_STATE_CLOSED;
}

static void start_row(struct row *row, enum protocol protocol, DWORD pid)
{
    memset(row, 0, sizeof(*row));
    row->socket.local.protocol = protocol;
    row->peer.protocol = protocol;
    row->owner.pid = (int32_t)pid;
}

void owners_note_serving(struct owners *owners, int32_t pid)
{
    if (pid != 0 && owners->serving_count < OWNERS_SERVING)
        owners->serving[owners->serving_count++] = pid;
}

static void take_tcp4(struct collection *collection, const void *table)
{
    const MIB_TCPTABLE_OWNER_MODULE *rows = table;
    struct row row;
    for (DWORD index = 0; index < rows->dwNumEntries; index++) {
        const MIB_TCPROW_OWNER_MODULE *from = &rows->table[index];
        if (collection->connections && from->dwState == MIB_TCP_STATE_LISTEN)
            owners_note_serving(collection->owners, (int32_t)from->dwOwningPid);
        start_row(&row, PROTOCOL_TCP, from->dwOwningPid);
        row.socket.state = state_of(from->dwState, from->dwOwningPid);
        set_ipv4(&row.socket.local, from->dwLocalAddr, from->dwLocalPort);
        if (has_peer(from->dwState))
            set_ipv4(&row.peer, from->dwRemoteAddr, from->dwRemotePort);
        take_row(collection, &row, from->liCreateTimestamp);
    }
}

static void take_tcp6(struct collection *collection, const void *table)
{
    const MIB_TCP6TABLE_OWNER_MODULE *rows = table;
    struct row row;
    for (DWORD index = 0; index < rows->dwNumEntries; index++) {
        const MIB_TCP6ROW_OWNER_MODULE *from = &rows->table[index];
        if (collection->connections && from->dwState == MIB_TCP_STATE_LISTEN)
            owners_note_serving(collection->owners, (int32_t)from->dwOwningPid);
        start_row(&row, PROTOCOL_TCP, from->dwOwningPid);
        row.socket.state = state_of(from->dwState, from->dwOwningPid);
        set_ipv6(&row.socket.local, from->ucLocalAddr, from->dwLocalPort);
        if (is_link_local(&row.socket.local))
            row.socket.local.device = from->dwLocalScopeId;
        if (has_peer(from->dwState))
            set_ipv6(&row.peer, from->ucRemoteAddr, from->dwRemotePort);
        take_row(collection, &row, from->liCreateTimestamp);
    }
}

static void take_udp4(struct collection *collection, const void *table)
{
    const MIB_UDPTABLE_OWNER_MODULE *rows = table;
    struct row row;
    for (DWORD index = 0; index < rows->dwNumEntries; index++) {
        const MIB_UDPROW_OWNER_MODULE *from = &rows->table[index];
        start_row(&row, PROTOCOL_UDP, from->dwOwningPid);
        row.socket.state = SOCKET_BOUND;
        set_ipv4(&row.socket.local, from->dwLocalAddr, from->dwLocalPort);
        take_row(collection, &row, from->liCreateTimestamp);
    }
}

static void take_udp6(struct collection *collection, const void *table)
{
    const MIB_UDP6TABLE_OWNER_MODULE *rows = table;
    struct row row;
    for (DWORD index = 0; index < rows->dwNumEntries; index++) {
        const MIB_UDP6ROW_OWNER_MODULE *from = &rows->table[index];
        start_row(&row, PROTOCOL_UDP, from->dwOwningPid);
        row.socket.state = SOCKET_BOUND;
        set_ipv6(&row.socket.local, from->ucLocalAddr, from->dwLocalPort);
        if (is_link_local(&row.socket.local))
            row.socket.local.device = from->dwLocalScopeId;
        take_row(collection, &row, from->liCreateTimestamp);
    }
}

/* ---- asking ---- */

enum { FAMILIES = 2 };

struct table {
    enum protocol protocol;
    ULONG family;
    void (*take)(struct collection *collection, const void *table);
};

static const struct table tcp_tables[FAMILIES] = {
    {PROTOCOL_TCP, AF_INET, take_tcp4},
    {PROTOCOL_TCP, AF_INET6, take_tcp6},
};

static const struct table udp_tables[FAMILIES] = {
    {PROTOCOL_UDP, AF_INET, take_udp4},
    {PROTOCOL_UDP, AF_INET6, take_udp6},
};

/* From the system's own directory, wherever the program lies. It stays loaded. */
static void *find(const char *name)
{
    HMODULE library = LoadLibraryExW(L"iphlpapi.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    return library == NULL ? NULL : (void *)(uintptr_t)GetProcAddress(library, name);
}

static DWORD ask(const struct table *table, bool all, void *memory, DWORD *size)
{
    if (table->protocol == PROTOCOL_UDP) {
        get_udp_table get = (get_udp_table)find("GetExtendedUdpTable");
        return get == NULL ? ERROR_PROC_NOT_FOUND
                           : get(memory, size, FALSE, table->family, UDP_TABLE_OWNER_MODULE, 0);
    }
    get_tcp_table get = (get_tcp_table)find("GetExtendedTcpTable");
    return get == NULL ? ERROR_PROC_NOT_FOUND
                       : get(memory, size, FALSE, table->family,
                             all ? TCP_TABLE_OWNER_MODULE_ALL : TCP_TABLE_OWNER_MODULE_LISTENER, 0);
}

/* A system without IPv6 has no table of it, and no sockets either. */
static bool is_absent(const struct table *table, DWORD error)
{
    return table->family == AF_INET6 && (error == ERROR_NOT_SUPPORTED || error == ERROR_NO_DATA);
}

/* What a table said; without memory: nothing. */
struct answer {
    void *memory;
    size_t size;
};

static bool fetch(const struct table *table, bool all, struct answer *answer)
{
    DWORD size = FIRST_TABLE_SIZE;
    for (int try = 0; try < TRIES && size <= MOST_TABLE_SIZE; try++) {
        answer->size = size;
        answer->memory = memory_map(size);
        if (answer->memory == NULL)
            return false;
        DWORD error = ask(table, all, answer->memory, &size);
        if (error == NO_ERROR)
            return true;
        memory_unmap(answer->memory, answer->size);
        answer->memory = NULL;
        if (error != ERROR_INSUFFICIENT_BUFFER)
            return is_absent(table, error);
        size = (size > answer->size ? size : (DWORD)answer->size) + (DWORD)answer->size / 4;
    }
    return false;
}

static bool take_tables(struct collection *collection, const struct table *wanted)
{
    bool asked = true;
    for (size_t index = 0; index < FAMILIES && asked; index++) {
        struct answer answer = {0};
        asked = fetch(&wanted[index], collection->connections, &answer);
        if (asked && answer.memory != NULL)
            wanted[index].take(collection, answer.memory);
        memory_unmap(answer.memory, answer.size);
    }
    return asked;
}

/*
 * Listeners first, and connections where those leave a question: see obstacles.h. Wine 8 takes 2 ms
 * for each row that nobody holds, such as TIME_WAIT, so the whole table is not asked for lightly.
 */
static bool take_all(struct collection *collection, const struct table *wanted)
{
    if (!take_tables(collection, wanted))
        return false;
    if (wanted->protocol == PROTOCOL_UDP ||
        !obstacles_want_connections(collection->obstacles, collection->request))
        return true;
    collection->connections = true;
    collection->owners->connections = true;
    return take_tables(collection, wanted);
}

bool owners_look_up(const struct request *request, struct obstacles *obstacles,
                    struct owners *owners)
{
    struct collection collection = {
        .request = request,
        .obstacles = obstacles,
        .owners = owners,
        .dual_rows_twice = !native_is_wine(),
    };
    const struct table *wanted =
        request->endpoint.protocol == PROTOCOL_UDP ? udp_tables : tcp_tables;
    obstacles_start(obstacles);
    owners->connections = false;
    owners->serving_count = 0;
    bool asked = take_all(&collection, wanted);
    return asked && !obstacles->overflow;
}

/* ---- comparing ---- */

bool owners_read_address(const struct sockaddr_storage *address, struct endpoint *endpoint)
{
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
        set_ipv4(endpoint, ipv4->sin_addr.s_addr, ipv4->sin_port);
        return true;
    }
    if (address->ss_family != AF_INET6)
        return false;
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;
    set_ipv6(endpoint, ipv6->sin6_addr.s6_addr, ipv6->sin6_port);
    if (is_link_local(endpoint))
        endpoint->device = ipv6->sin6_scope_id;
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

void owners_number(struct socket *row, const struct owned_socket *socket)
{
    if (socket->number != 0)
        row->inode = socket->number;
}

void owners_add(const struct request *request, const struct owned_socket *socket, int32_t pid,
                struct obstacles *obstacles, struct owners *owners)
{
    struct owner owner = {.pid = pid, .key = key_of(&socket->local, &socket->peer)};
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
