#include "sharing.h"

#include "targets.h"

/* One who was asked or is ending anyhow counts until its end, though nothing of it can be read. */
static bool is_going(struct claim *claim, const struct holder *holder)
{
    return holder->evidence == EVIDENCE_ENDING || targets_include(claim, holder);
}

static bool has_to_go(struct claim *claim, const struct holder *holder)
{
    return holder->verdict == VERDICT_STALE || is_going(claim, holder);
}

static bool nobody_will_be_asked(struct claim *claim)
{
    const struct observation *observation = &claim->observation;
    bool hopeless = !observation->complete || claim->breaker_open;
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        const struct holder *holder = &observation->holders[index];
        hopeless |= judge_blocks(holder) && !is_going(claim, holder);
    }
    return hopeless;
}

bool sharing_is_over(struct claim *claim)
{
    const struct observation *observation = &claim->observation;
    bool nobody_left = true;
    for (uint32_t index = 0; index < observation->holder_count; index++)
        nobody_left &= !has_to_go(claim, &observation->holders[index]);
    if (claim->target_count == 0)
        return nobody_left || nobody_will_be_asked(claim);
    return observation->complete && nobody_left;
}
