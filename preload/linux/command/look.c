#include "command/look.h"

#include "linux/clock.h"
#include "linux/descriptors.h"
#include "linux/holders.h"
#include "linux/proc_net.h"
#include "linux/proc_stat.h"
#include "linux/processes.h"
#include "linux/signals.h"
#include "linux/sockets.h"
#include "linux/state.h"

#include <dirent.h>
#include <err.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>

enum { FAILED = 2 };

/* ---- sockets ---- */

static enum tcp_state state_of(int number)
{
    static const enum tcp_state states[] = {
        [TCP_ESTABLISHED] = TCP_STATE_ESTABLISHED,
        [TCP_SYN_SENT] = TCP_STATE_SYN_SENT,
        [TCP_SYN_RECV] = TCP_STATE_SYN_RECEIVED,
        [TCP_FIN_WAIT1] = TCP_STATE_FIN_WAIT1,
        [TCP_FIN_WAIT2] = TCP_STATE_FIN_WAIT2,
        [TCP_TIME_WAIT] = TCP_STATE_TIME_WAIT,
        [TCP_CLOSE] = TCP_STATE_BOUND,
        [TCP_CLOSE_WAIT] = TCP_STATE_CLOSE_WAIT,
        [TCP_LAST_ACK] = TCP_STATE_LAST_ACK,
        [TCP_LISTEN] = TCP_STATE_LISTEN,
        [TCP_CLOSING] = TCP_STATE_CLOSING,
    };
    bool known = number > 0 && (size_t)number < sizeof(states) / sizeof(states[0]);
    return known ? states[number] : TCP_STATE_UNKNOWN;
}

struct listing {
    void (*take)(void *context, const struct look_socket *socket);
    void *context;
};

static void take_listed(void *context, const struct listed_socket *listed)
{
    const struct listing *listing = context;
    const struct look_socket socket = {
        .socket = listed->socket,
        .tcp_state = state_of(listed->tcp_state),
        .peer = listed->peer,
    };
    listing->take(listing->context, &socket);
}

bool look_speaks(enum protocol protocol)
{
    return protocol != PROTOCOL_SCTP || proc_net_has_sctp();
}

bool look_sockets(enum protocol protocol, uint16_t port, bool connections,
                  void (*take)(void *context, const struct look_socket *socket), void *context)
{
    _Alignas(16) static char buffer[SOCKETS_BUFFER_SIZE];
    struct listing listing = {take, context};
    return sockets_list(protocol, port, connections, buffer, take_listed, &listing);
}

/* ---- owners ---- */

struct search {
    void (*take)(void *context, const struct look_owner *owner);
    void *context;
    int32_t pid;
};

static bool take_inode(void *context, uint64_t inode)
{
    const struct search *search = context;
    const struct look_owner owner = {inode, search->pid};
    search->take(search->context, &owner);
    return true;
}

/*
 * The kernel names no owner, so all sockets of all processes are shown. Threads with descriptors of
 * their own (unshare(2)) are rare, and looked into only when it has to be thorough.
 */
void look_owners(const struct look_socket *sockets, size_t count, bool thorough,
                 void (*take)(void *context, const struct look_owner *owner), void *context)
{
    struct search search = {take, context, 0};
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    (void)sockets;
    (void)count;
    while (processes != NULL && (entry = readdir(processes)) != NULL) {
        const char *name = entry->d_name;
        uint64_t pid;
        if (!text_read_number(&name, INT32_MAX, &pid) || *name != '\0')
            continue;
        search.pid = (int32_t)pid;
        descriptors_list(search.pid, thorough, UINT64_MAX, take_inode, &search);
    }
    if (processes != NULL)
        closedir(processes);
}

/* ---- one endpoint ---- */

static struct holders_workspace workspace;

static void observe_among(const struct request *request, const struct look_candidates *candidates,
                          uint64_t deadline_ms, struct observation *observation)
{
    struct owner *owners = calloc(candidates->owner_count + 1, sizeof(*owners));
    if (owners == NULL)
        err(FAILED, "portclaim");
    for (size_t index = 0; index < candidates->owner_count; index++)
        owners[index] =
            (struct owner){candidates->owners[index].inode, candidates->owners[index].pid};
    const struct holders_candidates among = {candidates->pids, candidates->count, owners,
                                             candidates->owner_count};
    holders_observe_among(&workspace, request, deadline_ms, &among, observation);
    free(owners);
}

void look_at(const struct request *request, const struct look_candidates *candidates,
             uint64_t deadline_ms, struct observation *observation)
{
    if (candidates != NULL)
        observe_among(request, candidates, deadline_ms, observation);
    else
        holders_observe(&workspace, request, deadline_ms, true, true, observation);
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        signals_close(observation->holders[index].handle);
        observation->holders[index].handle = HANDLE_NONE;
    }
}

/* ---- processes ---- */

void look_at_self(struct process *self)
{
    (void)processes_refresh_self(self);
}

bool look_at_name(int32_t pid, char name[PROCESS_NAME_SIZE])
{
    struct proc_stat stat;
    return proc_stat_read_pid(pid, &stat) && text_copy(name, PROCESS_NAME_SIZE, stat.name);
}

/* ---- the rest of a claim's surroundings ---- */

uint64_t look_now_ms(void)
{
    return clock_now_ms();
}

void look_recall(const struct settings *settings, const struct request *request,
                 struct breaker_memory *memory)
{
    const struct state state = {.directory = settings->state_directory, .file = -1};
    state_recall(&state, request, memory);
}

const char *look_stop_name(const struct settings *settings, bool forced)
{
    return signals_name(forced ? SIGKILL : settings->signal);
}

const struct look_words look_words = {
    .no_sockets =
        "the kernel gives no sock_diag here; name a port, which goes by /proc/net as well",
    .closed = "Connections that were closed keep the port until they expire, from any server that "
              "does not set SO_REUSEADDR.",
    .closed_advice = "start it under portclaim, which gets past them, or wait",
};
