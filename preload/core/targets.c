#include "targets.h"

struct target *targets_find(struct claim *claim, const struct process *process)
{
    for (uint32_t index = 0; index < claim->target_count; index++) {
        struct target *target = &claim->targets[index];
        if (target->pid == process->pid && target->start_ms == process->start_ms)
            return target;
    }
    return NULL;
}

static uint32_t count_targets(const struct claim *claim, bool ended)
{
    uint32_t count = 0;
    for (uint32_t index = 0; index < claim->target_count; index++) {
        enum target_state state = claim->targets[index].state;
        bool over = claim->ended[index] || state == TARGET_FORCED; /* nobody survives that */
        count += state != TARGET_REFUSED && over == ended ? 1 : 0;
    }
    return count;
}

uint32_t targets_count_ended(const struct claim *claim)
{
    return count_targets(claim, true);
}

uint32_t targets_count_living(const struct claim *claim)
{
    return count_targets(claim, false);
}

uint64_t targets_deadline_ms(const struct claim *claim)
{
    const struct settings *settings = claim->settings;
    uint64_t budget_ms = settings->wait_ms;
    if (targets_count_ended(claim) + targets_count_living(claim) > 0)
        budget_ms += (uint64_t)settings->term_ms + settings->kill_ms;
    return claim->started_at_ms + budget_ms;
}

bool targets_include(struct claim *claim, const struct holder *holder)
{
    if (holder->visible)
        return targets_find(claim, &holder->process) != NULL;
    if (holder->verdict == VERDICT_UNKNOWN && claim->lock_was_busy)
        return true;
    for (uint32_t index = 0; index < claim->target_count; index++) {
        if (holder->verdict == VERDICT_UNKNOWN &&
            endpoint_covers(&claim->targets[index].local, &holder->socket.local))
            return true;
    }
    return false;
}
