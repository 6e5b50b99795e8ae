#include "lineage.h"

/*
 * The snapshot is of one moment, so the way through it is whole. Each parent is older than its
 * child, or has its PID from somebody who was; of equals there is no circle longer than the list.
 */
void lineage_read(const struct snapshot *snapshot, struct process *process)
{
    struct snapshot_entry child;
    struct snapshot_entry parent;
    process->known &= ~(uint32_t)KNOWN_ANCESTORS;
    process->ancestor_count = 0;
    if (!snapshot_find(snapshot, process->pid, &child))
        return;
    while (snapshot_find_parent(snapshot, &child, &parent)) {
        if (process->ancestor_count == PROCESS_ANCESTORS)
            return;
        process->ancestors[process->ancestor_count++] = parent.pid;
        child = parent;
    }
    process->known |= KNOWN_ANCESTORS;
}
