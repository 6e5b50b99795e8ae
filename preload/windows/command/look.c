#include "command/look.h"

#include "core/conventions.h"
#include "known_users.h"
#include "windows/clock.h"
#include "windows/holders.h"
#include "windows/processes.h"
#include "windows/signals.h"
#include "windows/state.h"

enum { SIGNAL_KILL = 9 /* PORTCLAIM_SIGNAL=KILL: without asking */ };

/* ---- processes ---- */

/* The one that is kept, for names are asked for one after the other. NULL: there is none. */
static const struct snapshot *keep_snapshot(bool fresh)
{
    static struct snapshot snapshot;
    static bool kept;
    if (kept && fresh)
        snapshot_free(&snapshot);
    if (!kept || fresh)
        kept = snapshot_take(&snapshot);
    return kept ? &snapshot : NULL;
}

static bool find_process(int32_t pid, struct snapshot_entry *entry)
{
    const struct snapshot *snapshot = keep_snapshot(false);
    if (snapshot != NULL && snapshot_find(snapshot, pid, entry))
        return true;
    snapshot = keep_snapshot(true);
    return snapshot != NULL && snapshot_find(snapshot, pid, entry);
}

void look_at_self(struct process *self)
{
    const struct snapshot *snapshot = keep_snapshot(false);
    if (snapshot != NULL)
        (void)processes_refresh_self(snapshot, self);
}

bool look_at_name(int32_t pid, char name[PROCESS_NAME_SIZE])
{
    struct snapshot_entry entry;
    bool found = find_process(pid, &entry);
    if (found)
        snapshot_copy_name(&entry, name);
    return found;
}

/* ---- sockets ---- */

static enum tcp_state state_of(DWORD state)
{
    static const enum tcp_state states[] = {
        [0] = TCP_STATE_BOUND, /* UDP */
        [MIB_TCP_STATE_CLOSED] = TCP_STATE_BOUND,
        [MIB_TCP_STATE_LISTEN] = TCP_STATE_LISTEN,
        [MIB_TCP_STATE_SYN_SENT] = TCP_STATE_SYN_SENT,
        [MIB_TCP_STATE_SYN_RCVD] = TCP_STATE_SYN_RECEIVED,
        [MIB_TCP_STATE_ESTAB] = TCP_STATE_ESTABLISHED,
        [MIB_TCP_STATE_FIN_WAIT1] = TCP_STATE_FIN_WAIT1,
        [MIB_TCP_STATE_FIN_WAIT2] = TCP_STATE_FIN_WAIT2,
        [MIB_TCP_STATE_CLOSE_WAIT] = TCP_STATE_CLOSE_WAIT,
        [MIB_TCP_STATE_CLOSING] = TCP_STATE_CLOSING,
        [MIB_TCP_STATE_LAST_ACK] = TCP_STATE_LAST_ACK,
        [MIB_TCP_STATE_TIME_WAIT] = TCP_STATE_TIME_WAIT,
        [MIB_TCP_STATE_DELETE_TCB] = TCP_STATE_TIME_WAIT, /* on its way out of the table */
    };
    return state < sizeof(states) / sizeof(states[0]) ? states[state] : TCP_STATE_UNKNOWN;
}

/* A process that is younger than the socket was given the PID of the one that made it. */
static int32_t living_owner(const struct table_row *row)
{
    struct snapshot_entry entry;
    bool its_own = row->pid != 0 && find_process(row->pid, &entry) &&
                   (row->created == 0 || entry.created <= row->created);
    return its_own ? row->pid : 0;
}

struct listing {
    uint16_t port;
    void (*take)(void *context, const struct look_socket *socket);
    void *context;
};

static void take_row(void *context, const struct table_row *row)
{
    const struct listing *listing = context;
    struct look_socket socket = {
        .socket = row->socket,
        .tcp_state = state_of(row->tcp_state),
        .peer = row->peer,
        .named_owner = living_owner(row),
    };
    if (listing->port != 0 && row->socket.local.port != listing->port)
        return;
    if (row->socket.state < SOCKET_CLOSABLE)
        socket.socket.inode = owners_inode(row);
    listing->take(listing->context, &socket);
}

bool look_speaks(enum protocol protocol)
{
    return protocol != PROTOCOL_SCTP || conventions.speaks_sctp;
}

bool look_sockets(enum protocol protocol, uint16_t port, bool connections,
                  void (*take)(void *context, const struct look_socket *socket), void *context)
{
    struct listing listing = {port, take, context};
    return tables_read(protocol, connections, UINT64_MAX, take_row, &listing);
}

/* The tables have said it. Who else has a socket is found for each endpoint, see look_at(). */
void look_owners(const struct look_socket *sockets, size_t count, bool thorough,
                 void (*take)(void *context, const struct look_owner *owner), void *context)
{
    for (size_t index = 0; !thorough && index < count; index++) {
        const struct look_owner owner = {sockets[index].socket.inode, sockets[index].named_owner};
        if (owner.pid != 0)
            take(context, &owner);
    }
}

/* ---- one endpoint ---- */

/* The search of handles has sockets of its own. */
static void start_winsock(void)
{
    static bool started;
    WSADATA data;
    if (!started)
        started = WSAStartup(MAKEWORD(2, 2), &data) == 0;
}

/* The tables name nearly every owner, so everybody may be asked for, and candidates save nothing.
 */
void look_at(const struct request *request, const struct look_candidates *candidates,
             uint64_t deadline_ms, struct observation *observation)
{
    static struct holders_workspace workspace;
    (void)candidates;
    start_winsock();
    holders_observe_unlisted(&workspace, request, deadline_ms, observation);
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        struct holder *holder = &observation->holders[index];
        if (holder->visible && (holder->process.known & KNOWN_USER) != 0)
            known_users_add(holder->process.user, signals_process(holder->handle));
        signals_close(holder->handle);
        holder->handle = HANDLE_NONE;
    }
}

/* ---- the rest of a claim's surroundings ---- */

uint64_t look_now_ms(void)
{
    return clock_now_ms();
}

void look_recall(const struct settings *settings, const struct request *request,
                 struct breaker_memory *memory)
{
    const struct state state = {
        .directory = settings->state_directory,
        .file = INVALID_HANDLE_VALUE,
    };
    state_recall(&state, request, memory);
}

const char *look_stop_name(const struct settings *settings, bool forced)
{
    return signals_name(forced || settings->signal == SIGNAL_KILL ? STOP_FORCE : STOP_ASK);
}

const struct look_words look_words = {
    .no_sockets = "Windows does not tell them (GetExtendedTcpTable, GetExtendedUdpTable): "
                  "\"netstat -ano\" may say why",
    .closed = "Connections that were closed are in the way of a server only if it sets "
              "SO_EXCLUSIVEADDRUSE, until they expire.",
    .closed_advice = "nothing, or wait",
};
