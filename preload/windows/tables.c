#include "tables.h"

#include "clock.h"
#include "errand.h"
#include "memory.h"
#include "native.h"

#include <string.h>

enum {
    FIRST_TABLE_SIZE = 1 << 16,
    MOST_TABLE_SIZE = 1 << 26,
    TRIES = 8, /* the table may have grown between two of them */
};

typedef DWORD(WINAPI *get_tcp_table)(void *table, DWORD *size, BOOL sorted, ULONG family,
                                     TCP_TABLE_CLASS what, ULONG reserved);
typedef DWORD(WINAPI *get_udp_table)(void *table, DWORD *size, BOOL sorted, ULONG family,
                                     UDP_TABLE_CLASS what, ULONG reserved);

/* Whom the rows are for. */
struct taker {
    void (*take)(void *context, const struct table_row *row);
    void *context;
    bool dual_rows_twice; /* a dual-stack socket has a row of IPv4 as well */
};

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

void tables_set_ipv4(struct endpoint *endpoint, DWORD address, DWORD port)
{
    endpoint_set_ipv4(endpoint, &address, ntohs((u_short)port));
}

void tables_set_ipv6(struct endpoint *endpoint, const UCHAR *address, DWORD port, DWORD scope)
{
    endpoint_set_ipv6(endpoint, address, ntohs((u_short)port), scope);
}

/* A listener has the rest of the peer's fields at random. */
static bool has_peer(DWORD state)
{
    return state != MIB_TCP_STATE_LISTEN && state != MIB_TCP_STATE_CLOSED;
}

static void start_row(struct table_row *row, enum protocol protocol, DWORD pid,
                      LARGE_INTEGER created)
{
    memset(row, 0, sizeof(*row));
    row->socket.state = SOCKET_BOUND;
    row->socket.local.protocol = protocol;
    row->peer.protocol = protocol;
    row->pid = (int32_t)pid;
    row->created = (uint64_t)created.QuadPart;
}

static void set_state(struct table_row *row, DWORD state)
{
    row->tcp_state = state;
    row->socket.state = state_of(state, (DWORD)row->pid);
}

/*
 * Its own IPv4 row stands for the other half of a dual-stack socket, so each IPv6 row is of IPv6
 * alone; where there is one row for both, it may be either kind.
 */
static void set_local6(const struct taker *taker, struct table_row *row, const UCHAR *address,
                       DWORD port, DWORD scope)
{
    tables_set_ipv6(&row->socket.local, address, port, scope);
    row->socket.local.ipv6_only = taker->dual_rows_twice;
}

static void take_tcp4(const struct taker *taker, const void *table)
{
    const MIB_TCPTABLE_OWNER_MODULE *rows = table;
    struct table_row row;
    for (DWORD index = 0; index < rows->dwNumEntries; index++) {
        const MIB_TCPROW_OWNER_MODULE *from = &rows->table[index];
        start_row(&row, PROTOCOL_TCP, from->dwOwningPid, from->liCreateTimestamp);
        set_state(&row, from->dwState);
        tables_set_ipv4(&row.socket.local, from->dwLocalAddr, from->dwLocalPort);
        if (has_peer(from->dwState))
            tables_set_ipv4(&row.peer, from->dwRemoteAddr, from->dwRemotePort);
        taker->take(taker->context, &row);
    }
}

static void take_tcp6(const struct taker *taker, const void *table)
{
    const MIB_TCP6TABLE_OWNER_MODULE *rows = table;
    struct table_row row;
    for (DWORD index = 0; index < rows->dwNumEntries; index++) {
        const MIB_TCP6ROW_OWNER_MODULE *from = &rows->table[index];
        start_row(&row, PROTOCOL_TCP, from->dwOwningPid, from->liCreateTimestamp);
        set_state(&row, from->dwState);
        set_local6(taker, &row, from->ucLocalAddr, from->dwLocalPort, from->dwLocalScopeId);
        if (has_peer(from->dwState))
            tables_set_ipv6(&row.peer, from->ucRemoteAddr, from->dwRemotePort, 0);
        taker->take(taker->context, &row);
    }
}

static void take_udp4(const struct taker *taker, const void *table)
{
    const MIB_UDPTABLE_OWNER_MODULE *rows = table;
    struct table_row row;
    for (DWORD index = 0; index < rows->dwNumEntries; index++) {
        const MIB_UDPROW_OWNER_MODULE *from = &rows->table[index];
        start_row(&row, PROTOCOL_UDP, from->dwOwningPid, from->liCreateTimestamp);
        tables_set_ipv4(&row.socket.local, from->dwLocalAddr, from->dwLocalPort);
        taker->take(taker->context, &row);
    }
}

static void take_udp6(const struct taker *taker, const void *table)
{
    const MIB_UDP6TABLE_OWNER_MODULE *rows = table;
    struct table_row row;
    for (DWORD index = 0; index < rows->dwNumEntries; index++) {
        const MIB_UDP6ROW_OWNER_MODULE *from = &rows->table[index];
        start_row(&row, PROTOCOL_UDP, from->dwOwningPid, from->liCreateTimestamp);
        set_local6(taker, &row, from->ucLocalAddr, from->dwLocalPort, from->dwLocalScopeId);
        taker->take(taker->context, &row);
    }
}

/* ---- asking ---- */

enum { FAMILIES = 2 };

struct table {
    enum protocol protocol;
    ULONG family;
    void (*take)(const struct taker *taker, const void *table);
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
    struct errand errand;
    const struct table *table;
    bool all;
    bool asked;
    void *memory;
    size_t size;
};

static void fetch(struct errand *errand)
{
    struct answer *answer = (struct answer *)errand;
    DWORD size = FIRST_TABLE_SIZE;
    for (int try = 0; try < TRIES && size <= MOST_TABLE_SIZE; try++) {
        answer->size = size;
        answer->memory = memory_map(size);
        if (answer->memory == NULL)
            return;
        DWORD error = ask(answer->table, answer->all, answer->memory, &size);
        answer->asked = error == NO_ERROR || is_absent(answer->table, error);
        if (error == NO_ERROR)
            return;
        memory_unmap(answer->memory, answer->size);
        answer->memory = NULL;
        if (error != ERROR_INSUFFICIENT_BUFFER)
            return;
        size = (size > answer->size ? size : (DWORD)answer->size) + (DWORD)answer->size / 4;
    }
}

static void forget(struct errand *errand)
{
    const struct answer *answer = (const struct answer *)errand;
    memory_unmap(answer->memory, answer->size);
}

/* Who listens is told at once, and also while the loader's lock is held. */
static bool fetch_in_time(struct answer *answer, uint64_t deadline_ms)
{
    uint64_t now_ms = clock_now_ms();
    if (answer->all)
        return errand_run(&answer->errand, deadline_ms > now_ms ? deadline_ms - now_ms : 0);
    fetch(&answer->errand);
    return true;
}

static bool take_table(const struct table *table, const struct taker *taker, bool all,
                       uint64_t deadline_ms)
{
    struct errand *errand = errand_new(sizeof(struct answer), fetch, forget);
    struct answer *answer = (struct answer *)errand;
    if (errand == NULL)
        return false;
    answer->table = table;
    answer->all = all;
    bool asked = fetch_in_time(answer, deadline_ms) && answer->asked;
    if (asked && answer->memory != NULL)
        table->take(taker, answer->memory);
    errand_let_go(errand);
    return asked;
}

bool tables_read(enum protocol protocol, bool connections, uint64_t deadline_ms,
                 void (*take)(void *context, const struct table_row *row), void *context)
{
    const struct taker taker = {take, context, !native_is_wine()};
    const struct table *wanted = protocol == PROTOCOL_UDP ? udp_tables : tcp_tables;
    bool all = connections && protocol != PROTOCOL_UDP;
    bool asked = true;
    for (size_t index = 0; index < FAMILIES && asked; index++)
        asked = take_table(&wanted[index], &taker, all, deadline_ms);
    return asked;
}
