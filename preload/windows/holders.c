#include "holders.h"

#include "core/observation.h"
#include "holders_search.h"
#include "processes.h"
#include "signals.h"

#include <string.h>

enum { TABLE_ROUNDS = 4 /* while each names new processes */ };

/* ---- candidates ---- */

/* NULL, and the look is not complete, when there are too many. */
static struct candidate *open_candidate(struct search *search, int32_t pid)
{
    struct candidate *candidate = candidates_open(&search->workspace->candidates, pid);
    if (candidate == NULL)
        observation_miss(search->observation,
                         "more processes may hold the port than fit one look: nobody is "
                         "stopped");
    return candidate;
}

/* Opens whoever owns an obstacle. Returns how many were new. */
static uint32_t open_owners(struct search *search)
{
    struct holders_workspace *workspace = search->workspace;
    uint32_t before = workspace->candidates.count;
    for (uint32_t index = 0; index < workspace->obstacles.count; index++) {
        int32_t pid = workspace->owners.of[index].pid;
        if (pid != 0 && open_candidate(search, pid) == NULL)
            break;
    }
    return workspace->candidates.count - before;
}

static bool is_own_program(const struct search *search, const struct snapshot_entry *entry)
{
    struct snapshot_entry self;
    return snapshot_find(&search->workspace->snapshot, search->observation->self.pid, &self) &&
           snapshot_same_name(&self, entry);
}

/* Opened before the tables are asked, for they will mostly name one of these. */
static void open_own_program(struct search *search)
{
    const struct snapshot *snapshot = &search->workspace->snapshot;
    struct snapshot_entry entry;
    size_t cursor = 0;
    while (snapshot_next(snapshot, &cursor, &entry)) {
        if (is_own_program(search, &entry) && open_candidate(search, entry.pid) == NULL)
            break;
    }
}

/* Until the table names nobody who was not opened before it was asked. */
static bool ask_tables(struct search *search)
{
    struct holders_workspace *workspace = search->workspace;
    for (int round = 0; round < TABLE_ROUNDS; round++) {
        if (!owners_look_up(search->request, &workspace->obstacles, search->deadline_ms,
                            &workspace->owners))
            return false;
        if (open_owners(search) == 0)
            return true;
    }
    observation_miss(search->observation,
                     "the port changes hands faster than it can be looked at: nobody is "
                     "stopped");
    return true;
}

/* ---- whom the tables name ---- */

/*
 * Whom the tables name. A process that is younger than the socket is not who made it, but who was
 * given the dead one's PID.
 */
static void take_owners(struct search *search)
{
    struct holders_workspace *workspace = search->workspace;
    for (uint32_t index = 0; index < workspace->obstacles.count && search_in_time(search);
         index++) {
        const struct owner *owner = &workspace->owners.of[index];
        const struct candidate *candidate =
            owner->pid == 0 ? NULL : candidates_find(&workspace->candidates, owner->pid);
        if (candidate == NULL || candidate->created == CANDIDATE_ABSENT ||
            (owner->created != 0 && candidate->created > owner->created))
            continue;
        search_hold(search, owner->pid, index);
    }
}

/* ---- the search of handles ---- */

/* The one that was opened as a candidate may have become a holder's. */
static HANDLE handle_of(struct search *search, int32_t pid)
{
    const struct holder *holder = search_find_holder(search->observation, pid);
    const struct candidate *candidate = candidates_find(&search->workspace->candidates, pid);
    if (pid == (int32_t)GetCurrentProcessId())
        return GetCurrentProcess();
    if (holder != NULL)
        return signals_process(holder->handle);
    return candidate == NULL ? NULL : signals_process(candidate->handle);
}

/* Of a holder, or of the dead owner of a socket, by the number that its children keep of it. */
static bool is_heir(const struct search *search, const struct snapshot_entry *entry)
{
    const struct holders_workspace *workspace = search->workspace;
    for (uint32_t index = 0; index < search->observation->holder_count; index++) {
        int32_t pid = search->observation->holders[index].process.pid;
        if (pid != search->observation->self.pid &&
            snapshot_descends(&workspace->snapshot, entry, pid))
            return true;
    }
    for (uint32_t index = 0; index < workspace->obstacles.count; index++) {
        int32_t pid = workspace->owners.of[index].pid;
        if (!workspace->held[index] && pid != 0 &&
            snapshot_descends(&workspace->snapshot, entry, pid))
            return true;
    }
    return false;
}

/*
 * Where the table does not date a socket (Wine), its number has to come from who has it: it must be
 * the same when the table names another process for it, or none, and another for the next socket.
 */
static bool owns_undated(const struct search *search, const struct snapshot_entry *entry)
{
    const struct holders_workspace *workspace = search->workspace;
    for (uint32_t index = 0; index < workspace->obstacles.count; index++) {
        const struct owner *owner = &workspace->owners.of[index];
        if (owner->created == 0 && owner->pid == entry->pid)
            return true;
    }
    return false;
}

static bool is_anybody(const struct search *search, const struct snapshot_entry *entry)
{
    (void)search;
    (void)entry;
    return true;
}

typedef bool (*chooser)(const struct search *search, const struct snapshot_entry *entry);

/* Opens the chosen that were not searched yet. Returns how many there are. */
static uint32_t choose(struct search *search, chooser is_chosen)
{
    struct holders_workspace *workspace = search->workspace;
    struct snapshot_entry entry;
    size_t cursor = 0;
    uint32_t count = 0;
    while (snapshot_next(&workspace->snapshot, &cursor, &entry) && search_in_time(search)) {
        if (entry.pid == 0 || !is_chosen(search, &entry))
            continue;
        struct candidate *candidate = open_candidate(search, entry.pid);
        if (candidate == NULL)
            break;
        HANDLE handle = handle_of(search, entry.pid);
        candidate->created = entry.created;
        if (candidate->searched || handle == NULL)
            continue;
        candidate->searched = true;
        workspace->searched[count++] = (struct handles_process){.pid = entry.pid, .handle = handle};
    }
    return count;
}

/* Not in the way after all: of IPv6 alone, which the tables of Wine do not tell. */
static bool is_apart(const struct search *search, struct socket *row,
                     const struct owned_socket *socket)
{
    if (row->local.family == FAMILY_IPV6)
        row->local.ipv6_only = socket->local.ipv6_only;
    return !endpoint_conflicts(&row->local, &search->request->endpoint);
}

static bool take_rows(struct search *search, int32_t pid, const struct owned_socket *socket)
{
    struct holders_workspace *workspace = search->workspace;
    bool any = false;
    for (uint32_t index = 0; index < workspace->obstacles.count; index++) {
        struct socket *row = &workspace->obstacles.sockets[index];
        if (!owners_match(row, &workspace->owners.of[index], socket))
            continue;
        any = true;
        owners_number(row, &workspace->owners.of[index], socket);
        if (is_apart(search, row, socket))
            workspace->held[index] = true;
        else
            search_hold(search, pid, index);
    }
    return any;
}

/* TCP sockets that are bound and do not listen are in no table. */
static void take_found(struct search *search)
{
    struct holders_workspace *workspace = search->workspace;
    const struct handles_found *found = &workspace->found;
    for (uint32_t index = 0; index < found->count && search_in_time(search); index++) {
        int32_t pid = found->sockets[index].pid;
        const struct owned_socket *socket = &found->sockets[index].socket;
        if (take_rows(search, pid, socket))
            continue;
        uint32_t before = workspace->obstacles.count;
        owners_add(search->request, socket, pid, &workspace->obstacles, &workspace->owners);
        if (workspace->obstacles.count == before)
            continue;
        workspace->held[before] = false;
        search_hold(search, pid, before);
    }
}

/* Those that are holders already, or become it now. */
static void take_serving(struct search *search)
{
    const struct handles_found *found = &search->workspace->found;
    for (uint32_t index = 0; index < found->serving_count; index++) {
        struct holder *holder = search_find_holder(search->observation, found->serving[index]);
        owners_note_serving(&search->workspace->owners, found->serving[index]);
        if (holder != NULL)
            holder->serves_elsewhere = true;
    }
}

/* False when not every handle could be asked. */
static bool ask_handles(struct search *search, chooser is_chosen)
{
    struct holders_workspace *workspace = search->workspace;
    uint32_t count = search_in_time(search) ? choose(search, is_chosen) : 0;
    if (count == 0)
        return true;
    bool asked =
        handles_search(workspace->searched, count, &search->request->endpoint,
                       workspace->owners.connections, search->deadline_ms, &workspace->found);
    search->unanswered = search->unanswered || workspace->found.unanswered > 0;
    take_serving(search);
    take_found(search);
    return asked;
}

static void miss_handles(const struct search *search)
{
    observation_miss(search->observation,
                     "the handles of the processes that may hold the port cannot "
                     "all be looked at: nobody is stopped");
}

static void search_handles(struct search *search, chooser is_chosen)
{
    if (!ask_handles(search, is_chosen))
        miss_handles(search);
}

/*
 * What no table shows, with whomever it is. The tables have been asked and know of nothing, so that
 * a process too many or a handle without an answer is worth a note, and no doubt about the rest.
 */
static void search_unlisted(struct search *search)
{
    struct observation *observation = search->observation;
    bool complete = observation->complete;
    bool unanswered = search->unanswered;
    const char *gap = observation->gap;
    bool asked = ask_handles(search, is_anybody);
    search->unanswered = unanswered;
    if (asked && observation->complete == complete)
        return;
    observation->complete = complete;
    observation->gap = gap != NULL ? gap
                                   : "Windows lists no socket that is bound and does not listen, "
                                     "and not every process could be searched for one";
}

static void search_holders(struct search *search)
{
    struct holders_workspace *workspace = search->workspace;
    candidates_date(&workspace->candidates, &workspace->snapshot);
    search_handles(search, owns_undated);
    take_owners(search);
    if (!search_all_held(search) || search_is_unexplained(search))
        search_handles(search, is_own_program);
    if (search->unlisted_wanted && search_is_unexplained(search))
        search_unlisted(search);
    search_handles(search, is_heir);
    if (!search_all_held(search))
        search_handles(search, is_anybody);
    if (search->unanswered && search_is_open(search))
        miss_handles(search);
    (void)search_in_time(search);
    for (uint32_t index = 0; index < workspace->obstacles.count; index++) {
        if (!workspace->held[index])
            search_add_invisible(search, &workspace->obstacles.sockets[index]);
    }
}

/* ---- the whole ---- */

static void look_at_port(struct search *search)
{
    struct holders_workspace *workspace = search->workspace;
    struct observation *observation = search->observation;
    struct obstacles *obstacles = &workspace->obstacles;
    open_own_program(search);
    bool asked = ask_tables(search);
    if (observation_take_obstacles(observation, obstacles) && !asked && search_in_time(search))
        observation_miss(observation,
                         "Windows does not tell who holds the port (GetExtendedTcpTable, "
                         "GetExtendedUdpTable): nobody is stopped");
    memset(workspace->held, 0, obstacles->count * sizeof(workspace->held[0]));
    search_holders(search);
    candidates_close(&workspace->candidates);
}

static void look(struct search *search)
{
    struct holders_workspace *workspace = search->workspace;
    struct observation *observation = search->observation;
    observation_start(observation);
    workspace->candidates.count = 0;
    if (!snapshot_take(&workspace->snapshot)) {
        observation_miss(observation,
                         "Windows does not list its processes: nobody can be identified, and "
                         "nobody is stopped");
        return;
    }
    if (!processes_refresh_self(&workspace->snapshot, &observation->self))
        observation_miss(observation,
                         "this process is not in the list of processes: nobody can be identified, "
                         "and nobody is stopped");
    look_at_port(search);
    snapshot_free(&workspace->snapshot);
}

void holders_observe(struct holders_workspace *workspace, const struct request *request,
                     uint64_t deadline_ms, bool thorough, bool label_wanted,
                     struct observation *observation)
{
    struct search search = {
        .workspace = workspace,
        .observation = observation,
        .request = request,
        .deadline_ms = deadline_ms,
        .label_wanted = label_wanted,
    };
    (void)thorough;
    look(&search);
}

void holders_observe_unlisted(struct holders_workspace *workspace, const struct request *request,
                              uint64_t deadline_ms, struct observation *observation)
{
    struct search search = {
        .workspace = workspace,
        .observation = observation,
        .request = request,
        .deadline_ms = deadline_ms,
        .label_wanted = true,
        .unlisted_wanted = true,
    };
    look(&search);
}

/*
 * Where the tables have one row for both families (Wine), that of a socket of IPv6 alone looks like
 * a dual-stack one. There bind() tells them apart by itself.
 */
static bool may_be_apart(const struct holders_workspace *workspace, uint32_t index,
                         const struct request *request)
{
    const struct endpoint *local = &workspace->obstacles.sockets[index].local;
    return workspace->owners.of[index].created == 0 && local->family == FAMILY_IPV6 &&
           request->endpoint.family == FAMILY_IPV4;
}

bool holders_obstruct(struct holders_workspace *workspace, const struct request *request)
{
    const struct obstacles *obstacles = &workspace->obstacles;
    int32_t self = (int32_t)GetCurrentProcessId();
    if (!owners_look_up(request, &workspace->obstacles, OWNERS_SERVERS_ONLY, &workspace->owners))
        return true;
    for (uint32_t index = 0; index < obstacles->count; index++) {
        if (obstacles->sockets[index].state <= SOCKET_BOUND &&
            workspace->owners.of[index].pid != self && !may_be_apart(workspace, index, request))
            return true;
    }
    return false;
}
