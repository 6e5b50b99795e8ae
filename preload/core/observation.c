#include "observation.h"

#include <string.h>

/* Not by memset: most pages of a process that is hardly readable stay untouched. */
void observation_clear_process(struct process *process, int32_t pid)
{
    process->pid = pid;
    process->known = 0;
    process->parent = 0;
    process->process_group = 0;
    process->start_ms = 0;
    process->user = 0;
    process->essential = false;
    process->ending = false;
    process->name[0] = '\0';
    process->executable.path[0] = '\0';
    process->executable.deleted = false;
    process->directory.path[0] = '\0';
    process->directory.deleted = false;
    process->arguments[0] = '\0';
    process->arguments_length = 0;
    process->script[0] = '\0';
    process->cgroup[0] = '\0';
    process->label[0] = '\0';
    process->ancestor_count = 0;
    process->ancestors_in_unit = 0;
    process->ancestors_in_service = 0;
    process->service_start_ms = 0;
    process->parent_name[0] = '\0';
}

void observation_start(struct observation *observation)
{
    observation->complete = true;
    observation->gap = NULL;
    observation->holder_count = 0;
    observation->closable = 0;
    observation->sending = 0;
    observation->obstruction = NULL;
}

void observation_miss(struct observation *observation, const char *gap)
{
    observation->complete = false;
    observation->gap = gap;
}

bool observation_in_time(struct observation *observation, uint64_t now_ms, uint64_t deadline_ms)
{
    if (now_ms < deadline_ms)
        return true;
    observation_miss(observation, "the look-up of the port's holder takes too long and was cut "
                                  "short: nobody is stopped on half a look");
    return false;
}

bool observation_take_obstacles(struct observation *observation, const struct obstacles *obstacles)
{
    observation->closable = obstacles->closable;
    observation->sending = obstacles->sending;
    observation->obstruction = obstacles->obstruction;
    if (obstacles->overflow)
        observation_miss(observation, "more sockets stand on the port than fit one look: nobody "
                                      "is stopped");
    return !obstacles->overflow;
}

struct holder *observation_new_holder(struct observation *observation)
{
    if (observation->holder_count == OBSERVATION_HOLDERS) {
        observation_miss(observation,
                         "more processes hold the port than fit one look: nobody is stopped");
        return NULL;
    }
    struct holder *holder = &observation->holders[observation->holder_count];
    holder->inode_count = 0;
    holder->serves_elsewhere = false;
    holder->handle = HANDLE_NONE;
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

void observation_give_socket(struct holder *holder, const struct socket *socket)
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
    /* That one is never pushed out of the list by those that follow. */
    holder->inodes[holder->inode_count - 1] = holder->inodes[0];
    holder->inodes[0] = socket->inode;
}

void observation_add_invisible(struct observation *observation, const struct socket *socket)
{
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        const struct holder *other = &observation->holders[index];
        if (!other->visible && other->socket.owner_user == socket->owner_user)
            return;
    }
    struct holder *holder = observation_new_holder(observation);
    if (holder == NULL)
        return;
    memset(&holder->process, 0, sizeof(holder->process));
    holder->visible = false;
    observation_give_socket(holder, socket);
    observation->holder_count++;
}
