#include "lineage.h"

#include "cgroup.h"
#include "core/unit.h"
#include "files.h"
#include "proc_stat.h"
#include "signals.h"

enum { LINEAGE_TRIES = 3 };

/* 0: it has none that we could see, so it is a root. Negative: it cannot be read. */
static int32_t read_parent(int32_t pid)
{
    struct proc_stat stat;
    if (pid == PROCESS_INIT) /* also where /proc hides it: ProtectProc=, hidepid */
        return 0;
    if (proc_stat_read_pid(pid, &stat))
        return stat.parent;
    return signals_parent(pid);
}

/*
 * All the way up, or not at all. Somebody on the way may end while we walk; its children then get
 * another parent, and the walk starts again.
 */
void lineage_read(struct process *process)
{
    process->known &= ~(uint32_t)KNOWN_ANCESTORS;
    for (int try = 0; try < LINEAGE_TRIES; try++) {
        int32_t parent = read_parent(process->pid);
        process->ancestor_count = 0;
        while (parent > 0 && process->ancestor_count < PROCESS_ANCESTORS) {
            process->ancestors[process->ancestor_count++] = parent;
            parent = read_parent(parent);
        }
        if (parent == 0) {
            process->known |= KNOWN_ANCESTORS;
            return;
        }
    }
}

/* Ancestors whose unit cannot be read count as members: that makes the unit say less, not more. */
static bool may_share_unit(const struct process *self, int32_t ancestor)
{
    char cgroup[PROCESS_GROUP_SIZE];
    int directory = files_open_process(ancestor);
    bool known = directory >= 0 && cgroup_read(directory, cgroup);
    files_close(directory);
    return !known || unit_same(self->cgroup, cgroup);
}

void lineage_count_unit(struct process *self)
{
    uint32_t count = 0;
    while (count < self->ancestor_count && may_share_unit(self, self->ancestors[count]))
        count++;
    self->ancestors_in_unit = count;
}
