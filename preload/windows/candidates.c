#include "candidates.h"

#include "signals.h"

struct candidate *candidates_find(struct candidates *candidates, int32_t pid)
{
    for (uint32_t index = 0; index < candidates->count; index++) {
        if (candidates->list[index].pid == pid)
            return &candidates->list[index];
    }
    return NULL;
}

struct candidate *candidates_open(struct candidates *candidates, int32_t pid)
{
    struct candidate *candidate = candidates_find(candidates, pid);
    if (candidate != NULL || candidates->count == CANDIDATES)
        return candidate;
    candidate = &candidates->list[candidates->count++];
    *candidate = (struct candidate){
        .pid = pid,
        .created = CANDIDATE_ABSENT,
        .handle = signals_open(pid),
    };
    return candidate;
}

void candidates_date(struct candidates *candidates, const struct snapshot *snapshot)
{
    struct snapshot_entry entry;
    for (uint32_t index = 0; index < candidates->count; index++) {
        struct candidate *candidate = &candidates->list[index];
        if (snapshot_find(snapshot, candidate->pid, &entry))
            candidate->created = entry.created;
    }
}

void candidates_close(struct candidates *candidates)
{
    for (uint32_t index = 0; index < candidates->count; index++)
        signals_close(candidates->list[index].handle);
    candidates->count = 0;
}
