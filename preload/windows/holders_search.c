#include "holders_search.h"

#include "clock.h"
#include "processes.h"
#include "signals.h"

#include <string.h>

void search_miss(struct observation *observation, const char *gap)
{
    observation->complete = false;
    observation->gap = gap;
}

bool search_in_time(const struct search *search)
{
    if (clock_now_ms() < search->deadline_ms)
        return true;
    search_miss(search->observation,
                "the look-up of the port's holder takes too long and was cut short: "
                "nobody is stopped on half a look");
    return false;
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

static struct holder *new_holder(struct observation *observation)
{
    if (observation->holder_count == OBSERVATION_HOLDERS) {
        search_miss(observation,
                    "more processes hold the port than fit one look: nobody is stopped");
        return NULL;
    }
    struct holder *holder = &observation->holders[observation->holder_count];
    holder->inode_count = 0;
    holder->serves_elsewhere = false;
    holder->handle = HANDLE_NONE;
    return holder;
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
    struct holder *holder = new_holder(search->observation);
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

static bool has_inode(const struct holder *holder, uint64_t inode)
{
    for (uint32_t index = 0; index < holder->inode_count; index++) {
        if (holder->inodes[index] == inode)
            return true;
    }
    return false;
}

/* The tables do not say who made a socket: a user known to be the process's own, or nobody. */
static void give_socket(struct holder *holder, const struct socket *socket)
{
    bool first = holder->inode_count == 0;
    if (has_inode(holder, socket->inode))
        return;
    if (holder->inode_count < HOLDER_INODES)
        holder->inode_count++;
    holder->inodes[holder->inode_count - 1] = socket->inode;
    if (!first && socket->state >= holder->socket.state)
        return;
    holder->socket = *socket;
    holder->socket.owner_user =
        (holder->process.known & KNOWN_USER) != 0 ? holder->process.user : 0;
    /* That one is never pushed out of the list by those that follow. */
    holder->inodes[holder->inode_count - 1] = holder->inodes[0];
    holder->inodes[0] = socket->inode;
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

/* A socket without a process that we could see; one line is enough. */
void search_add_invisible(struct search *search, const struct socket *socket)
{
    struct observation *observation = search->observation;
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        if (!observation->holders[index].visible)
            return;
    }
    struct holder *holder = new_holder(observation);
    if (holder == NULL)
        return;
    memset(&holder->process, 0, sizeof(holder->process));
    holder->visible = false;
    holder->socket = *socket;
    /* Not known to be another user's: then that is not what it is said to be. */
    holder->socket.owner_user = observation->self.user;
    holder->inodes[holder->inode_count++] = socket->inode;
    observation->holder_count++;
}
