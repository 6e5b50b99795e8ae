#include "holders_search.h"

#include "clock.h"
#include "core/observation.h"
#include "processes.h"
#include "signals.h"

bool search_in_time(const struct search *search)
{
    return observation_in_time(search->observation, clock_now_ms(), search->deadline_ms);
}

struct holder *search_find_holder(struct observation *observation, int32_t pid)
{
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        struct holder *holder = &observation->holders[index];
        if (holder->visible && holder->process.pid == pid)
            return holder;
    }
    return NULL;
}

static bool serves(const struct owners *owners, int32_t pid)
{
    for (uint32_t index = 0; index < owners->serving_count; index++) {
        if (owners->serving[index] == pid)
            return true;
    }
    return false;
}

/*
 * Takes the handle over from the candidate. A process that ended meanwhile is no holder any more;
 * one that may not be opened is a holder of whom little is known.
 */
static struct holder *add_holder(struct search *search, struct candidate *candidate)
{
    struct holder *holder = observation_new_holder(search->observation);
    HANDLE process = signals_process(candidate->handle);
    if (holder == NULL ||
        !processes_read_from(&search->workspace->snapshot, candidate->pid, process,
                             search->label_wanted, &holder->process) ||
        (candidate->handle != HANDLE_NONE && !signals_is_alive(candidate->handle)))
        return NULL;
    holder->visible = true;
    holder->handle = candidate->handle;
    holder->serves_elsewhere = serves(&search->workspace->owners, candidate->pid);
    candidate->handle = HANDLE_NONE;
    search->observation->holder_count++;
    return holder;
}

/* The tables do not say who made a socket: a user known to be the process's own, or nobody. */
static void give_socket(struct holder *holder, const struct socket *socket)
{
    observation_give_socket(holder, socket);
    holder->socket.owner_user =
        (holder->process.known & KNOWN_USER) != 0 ? holder->process.user : 0;
}

void search_hold(struct search *search, int32_t pid, uint32_t place)
{
    struct holders_workspace *workspace = search->workspace;
    struct holder *holder = search_find_holder(search->observation, pid);
    struct candidate *candidate = candidates_find(&workspace->candidates, pid);
    if (holder == NULL && candidate != NULL)
        holder = add_holder(search, candidate);
    if (holder == NULL)
        return;
    give_socket(holder, &workspace->obstacles.sockets[place]);
    workspace->held[place] = true;
}

/* Not known to be another user's: then that is not what it is said to be. */
void search_add_invisible(struct search *search, const struct socket *socket)
{
    struct socket unseen = *socket;
    unseen.owner_user = search->observation->self.user;
    observation_add_invisible(search->observation, &unseen);
}

/* ---- what is still sought ---- */

bool search_all_held(const struct search *search)
{
    const struct holders_workspace *workspace = search->workspace;
    for (uint32_t index = 0; index < workspace->obstacles.count; index++) {
        if (!workspace->held[index])
            return false;
    }
    return true;
}

bool search_is_unexplained(const struct search *search)
{
    const struct obstacles *obstacles = &search->workspace->obstacles;
    return search->request->operation == OPERATION_BIND &&
           search->request->endpoint.protocol != PROTOCOL_UDP &&
           obstacles->count + obstacles->closable + obstacles->sending == 0;
}

bool search_is_open(const struct search *search)
{
    const struct holders_workspace *workspace = search->workspace;
    for (uint32_t index = 0; index < workspace->obstacles.count; index++) {
        const struct owner *owner = &workspace->owners.of[index];
        if (owner->created == 0 && owner->pid != 0 && !owner->numbered)
            return true;
    }
    return !search_all_held(search) || search_is_unexplained(search);
}
