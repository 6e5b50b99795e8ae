#include "holders.h"

#include "clock.h"
#include "core/observation.h"
#include "descriptors.h"
#include "family.h"
#include "files.h"
#include "processes.h"
#include "signals.h"
#include "system.h"

#include <string.h>
#include <unistd.h>

enum { MOST_ANCESTOR_THREADS = 64 /* each costs as much as a process of the whole list */ };

struct search {
    struct holders_workspace *workspace;
    struct observation *observation;
    uint64_t deadline_ms;
    bool label_wanted;
    bool every_thread;
    const struct holders_candidates *candidates; /* NULL: everybody may be a holder */
    struct holder *holder;                       /* whose sockets are being collected */
    int proc;                                    /* /proc; of no use with candidates */
};

static bool in_time(const struct search *search)
{
    return observation_in_time(search->observation, clock_now_ms(), search->deadline_ms);
}

/* ---- the sockets of one process ---- */

static bool find_obstacle(const struct obstacles *obstacles, uint64_t inode, uint32_t *place)
{
    for (*place = 0; *place < obstacles->count; (*place)++) {
        if (obstacles->sockets[*place].inode == inode)
            return true;
    }
    return false;
}

struct probe {
    const struct obstacles *obstacles;
    bool found;
};

static bool visit_until_found(void *context, uint64_t inode)
{
    struct probe *probe = context;
    uint32_t place;
    probe->found = find_obstacle(probe->obstacles, inode, &place);
    return !probe->found;
}

static void list_sockets(const struct search *search, int32_t pid,
                         bool (*visit)(void *context, uint64_t inode), void *context)
{
    const struct holders_candidates *candidates = search->candidates;
    bool more = true;
    if (candidates == NULL)
        descriptors_list(pid, search->every_thread, search->deadline_ms, visit, context);
    for (size_t index = 0; candidates != NULL && more && index < candidates->owner_count; index++) {
        if (candidates->owners[index].pid == pid)
            more = visit(context, candidates->owners[index].inode);
    }
}

static bool holds_any(const struct search *search, int32_t pid)
{
    struct probe probe = {.obstacles = &search->workspace->obstacles};
    list_sockets(search, pid, visit_until_found, &probe);
    return probe.found;
}

/* A server with one listener may have thousands of connections behind it. */
static bool is_all_known(const struct search *search, const struct holder *holder)
{
    const struct holders_workspace *workspace = search->workspace;
    return holder->inode_count == workspace->obstacles.count &&
           (holder->serves_elsewhere || workspace->listeners.count == 0);
}

static bool collect_socket(void *context, uint64_t inode)
{
    struct search *search = context;
    struct holder *holder = search->holder;
    const struct obstacles *obstacles = &search->workspace->obstacles;
    uint32_t place;
    if (listeners_have(&search->workspace->listeners, inode))
        holder->serves_elsewhere = true;
    if (!find_obstacle(obstacles, inode, &place))
        return true;
    search->workspace->held[place] = true;
    observation_give_socket(holder, &obstacles->sockets[place]);
    return !is_all_known(search, holder);
}

/* ---- holders ---- */

static bool is_known(const struct observation *observation, int32_t pid)
{
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        if (observation->holders[index].process.pid == pid)
            return true;
    }
    return false;
}

/*
 * The pidfd first, then everything else; as long as its process was not reaped in the end, all that
 * was read is its own. A process that ended meanwhile is no holder any more.
 */
static void look_into(struct search *search, int32_t pid)
{
    if (is_known(search->observation, pid) || !holds_any(search, pid))
        return;
    struct holder *holder = observation_new_holder(search->observation);
    if (holder == NULL)
        return;
    holder->handle = signals_open(pid);
    search->holder = holder;
    list_sockets(search, pid, collect_socket, search);
    holder->visible = holder->inode_count > 0 &&
                      processes_read(pid, search->label_wanted, &holder->process) &&
                      (holder->handle == HANDLE_NONE || signals_same_process(holder->handle));
    if (holder->visible)
        search->observation->holder_count++;
    else
        signals_close(holder->handle);
}

/* ---- all processes, or those of our program ---- */

static bool read_pid(const char *name, int32_t *pid)
{
    uint64_t number;
    if (!text_read_number(&name, INT32_MAX, &number) || *name != '\0')
        return false;
    *pid = (int32_t)number;
    return true;
}

/* One link to read decides; after an upgrade " (deleted)" stands behind the path. */
static bool runs_our_program(const struct search *search, int32_t pid)
{
    const struct file *ours = &search->observation->self.executable;
    char path[NAME_SIZE];
    char executable[PROCESS_PATH_SIZE];
    files_name_number(path, "", (uint64_t)pid, "/exe");
    return files_read_link(search->proc, path, executable, sizeof(executable)) > 0 &&
           text_starts_with(executable, ours->path);
}

static bool visit_own_program(void *context, const char *name)
{
    struct search *search = context;
    int32_t pid;
    if (!read_pid(name, &pid))
        return true;
    if (runs_our_program(search, pid))
        look_into(search, pid);
    return in_time(search);
}

static bool visit_process(void *context, const char *name)
{
    struct search *search = context;
    int32_t pid;
    if (!read_pid(name, &pid))
        return true;
    look_into(search, pid);
    return in_time(search);
}

static void search_processes(struct search *search, bool (*visit)(void *context, const char *name))
{
    if (!in_time(search))
        return;
    (void)SYSTEM(lseek, search->proc, 0, SEEK_SET); /* it may have been read before */
    bool done = files_list(search->proc, visit, search);
    if (!done && search->observation->complete)
        observation_miss(search->observation,
                         "/proc cannot be read: nobody can be identified, and nobody is "
                         "stopped");
}

/* ---- relatives ---- */

static bool all_held(const struct holders_workspace *workspace)
{
    for (uint32_t index = 0; index < workspace->obstacles.count; index++) {
        if (!workspace->held[index])
            return false;
    }
    return true;
}

static bool add_children_of(const struct search *search, int32_t pid, uint32_t most_threads)
{
    struct holders_workspace *workspace = search->workspace;
    return children_add(&workspace->family, pid, most_threads, workspace->buffer,
                        SOCKETS_BUFFER_SIZE);
}

/* False when they are not all found, or when finding them costs more than it saves. */
static bool find_relatives(const struct search *search)
{
    const struct process *self = &search->observation->self;
    search->workspace->family.count = 0;
    for (uint32_t index = 0; index < self->ancestor_count; index++) {
        if (!in_time(search) ||
            !add_children_of(search, self->ancestors[index], MOST_ANCESTOR_THREADS))
            return false;
    }
    return true;
}

static void visit_relative(struct search *search, int32_t pid)
{
    if (pid != search->observation->self.pid && runs_our_program(search, pid))
        look_into(search, pid);
}

/*
 * Ourselves, our ancestors and their children. An earlier instance is as a rule among those: it has
 * the parent that we have, or was given to an ancestor when its own had ended. However many other
 * processes there are, they cost nothing then. False when somebody else may hold one of the
 * sockets.
 */
static bool search_relatives(struct search *search)
{
    const struct process *self = &search->observation->self;
    const struct children *family = &search->workspace->family;
    if (!find_relatives(search))
        return false;
    look_into(search, self->pid);
    for (uint32_t index = 0; index < self->ancestor_count && in_time(search); index++)
        visit_relative(search, self->ancestors[index]);
    for (uint32_t index = 0; index < family->count && in_time(search); index++)
        visit_relative(search, family->pids[index]);
    return all_held(search->workspace);
}

/*
 * Generation after generation. A child that inherited the socket has to be seen while its parent
 * lives: afterwards nothing tells whose child it was.
 */
static void search_descendants(struct search *search)
{
    const struct observation *observation = search->observation;
    struct children *family = &search->workspace->family;
    uint32_t holders = observation->holder_count;
    family->count = 0;
    for (uint32_t index = 0; index < holders; index++) {
        if (observation->holders[index].process.pid != observation->self.pid)
            (void)add_children_of(search, observation->holders[index].process.pid, UINT32_MAX);
    }
    for (uint32_t index = 0; index < family->count && in_time(search); index++) {
        look_into(search, family->pids[index]);
        (void)add_children_of(search, family->pids[index], UINT32_MAX);
    }
}

/* ---- the whole ---- */

static void search_candidates(struct search *search)
{
    const struct holders_candidates *candidates = search->candidates;
    for (uint32_t index = 0; index < candidates->count && in_time(search); index++)
        look_into(search, candidates->pids[index]);
}

static void search_everybody(struct search *search, bool thorough)
{
    const struct holders_workspace *workspace = search->workspace;
    search->proc = files_open_directory(AT_FDCWD, "/proc");
    if (!thorough && (search->observation->self.known & KNOWN_EXECUTABLE) != 0) {
        if (!search_relatives(search))
            search_processes(search, visit_own_program);
        search_descendants(search);
    }
    if (thorough || !all_held(workspace))
        search_processes(search, visit_process);
    if (!all_held(workspace)) {
        search->every_thread = true;
        search_processes(search, visit_process);
    }
    files_close(search->proc);
}

static void search_holders(struct search *search, bool thorough)
{
    const struct holders_workspace *workspace = search->workspace;
    if (search->candidates != NULL)
        search_candidates(search);
    else
        search_everybody(search, thorough);
    (void)in_time(search); /* whatever was read last may be cut short as well */
    for (uint32_t index = 0; index < workspace->obstacles.count; index++) {
        if (!workspace->held[index])
            observation_add_invisible(search->observation, &workspace->obstacles.sockets[index]);
    }
}

static void observe(struct search *search, const struct request *request, bool thorough)
{
    struct holders_workspace *workspace = search->workspace;
    struct observation *observation = search->observation;
    struct obstacles *obstacles = &workspace->obstacles;
    observation_start(observation);
    if (!processes_refresh_self(&observation->self))
        observation_miss(observation,
                         "/proc is missing, or is another PID namespace's: nobody can be "
                         "identified, and nobody is stopped");
    else if (request->operation == OPERATION_SHARE)
        family_read(&observation->self, &workspace->ancestor);
    bool asked = sockets_look_up(request, obstacles, &workspace->listeners, workspace->buffer,
                                 &observation->gap);
    if (observation_take_obstacles(observation, obstacles) && !asked)
        observation_miss(observation,
                         "the kernel tells neither by sock_diag nor by /proc/net who holds the "
                         "port (too many descriptors, no AF_NETLINK, no /proc?): nobody is "
                         "stopped");
    memset(workspace->held, 0, obstacles->count * sizeof(workspace->held[0]));
    if (obstacles->count > 0)
        search_holders(search, thorough);
}

void holders_observe(struct holders_workspace *workspace, const struct request *request,
                     uint64_t deadline_ms, bool thorough, bool label_wanted,
                     struct observation *observation)
{
    struct search search = {
        .workspace = workspace,
        .observation = observation,
        .deadline_ms = deadline_ms,
        .label_wanted = label_wanted,
    };
    observe(&search, request, thorough);
}

void holders_observe_among(struct holders_workspace *workspace, const struct request *request,
                           uint64_t deadline_ms, const struct holders_candidates *candidates,
                           struct observation *observation)
{
    struct search search = {
        .workspace = workspace,
        .observation = observation,
        .deadline_ms = deadline_ms,
        .label_wanted = true,
        .candidates = candidates,
    };
    observe(&search, request, false);
}
