#include "kinship.h"

#include "runners.h"

uint32_t kinship_nearest(const struct process *self, const struct process *process)
{
    for (uint32_t mine = 0; mine < self->ancestor_count; mine++) {
        for (uint32_t theirs = 0; theirs < process->ancestor_count; theirs++) {
            if (self->ancestors[mine] == process->ancestors[theirs])
                return mine;
        }
    }
    return self->ancestor_count;
}

static bool descends_from(const struct process *process, int32_t pid)
{
    for (uint32_t index = 0; index < process->ancestor_count; index++) {
        if (process->ancestors[index] == pid)
            return true;
    }
    return false;
}

/* PID 1 that is hidden from us (hidepid) is one that adopts orphans. */
static bool parent_gathers(const struct process *self)
{
    bool hidden_init = self->parent == PROCESS_INIT && self->parent_name[0] == '\0';
    return hidden_init || runners_gathers(self->parent_name);
}

/*
 * A supervisor that still has the other as its child knows of it, also as PID 1 of a container.
 * An init and other adopters have orphans as well, and a shell's jobs need not know of each other;
 * those have groups of their own.
 */
static bool has_our_parent(const struct process *self, const struct process *process)
{
    if (process->parent != self->parent)
        return false;
    return process->process_group == self->process_group || !parent_gathers(self);
}

bool kinship_is_one_instance(const struct process *self, const struct process *process)
{
    return descends_from(process, self->pid) || has_our_parent(self, process) ||
           kinship_nearest(self, process) < self->ancestors_in_service;
}
