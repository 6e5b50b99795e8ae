#include "looking.h"

#include "targets.h"
#include "telling.h"

enum { LEAST_LOOK_MS = 100 }; /* time for one look, however little of the budget is left */

void looking_close(const struct claim *claim, int64_t *handle)
{
    if (*handle != HANDLE_NONE)
        claim->host->close(claim->host->context, *handle);
    *handle = HANDLE_NONE;
}

void looking_end(struct claim *claim)
{
    for (uint32_t index = 0; index < claim->observation.holder_count; index++)
        looking_close(claim, &claim->observation.holders[index].handle);
    claim->observation.holder_count = 0;
    claim->handle_count = claim->target_count;
}

static void remember_first_inodes(struct claim *claim)
{
    for (uint32_t index = 0; index < claim->observation.holder_count; index++) {
        const struct holder *holder = &claim->observation.holders[index];
        for (uint32_t socket = 0; socket < holder->inode_count; socket++)
            claim->first_inodes[claim->first_inode_count++] = holder->inodes[socket];
    }
}

static void judge_observation(struct claim *claim)
{
    struct judge_context context = {
        .settings = claim->settings,
        .memory = &claim->memory,
        .first_inodes = claim->looked ? claim->first_inodes : NULL,
        .first_inode_count = claim->first_inode_count,
        .targets = claim->targets,
        .target_count = claim->target_count,
        .shares = claim_shares(claim),
        .cut_short = claim->cut_short,
    };
    claim->host->recall(claim->host->context, claim->request, &claim->memory);
    judge(&context, &claim->observation);
}

uint64_t looking_deadline_ms(const struct claim *claim)
{
    uint64_t now_ms = claim_now_ms(claim);
    uint64_t end_ms = targets_deadline_ms(claim);
    uint64_t half_ms = end_ms > now_ms ? (end_ms - now_ms) / 2 : 0;
    return now_ms + (half_ms > LEAST_LOOK_MS ? half_ms : LEAST_LOOK_MS);
}

/* A look that is cut short finds hardly anybody, and the end of the claim has to name somebody. */
static void remember_last_seen(struct claim *claim)
{
    const struct holder *holder = judge_find_main(&claim->observation);
    if (!claim->observation.complete)
        return;
    claim->last_seen_known = holder != NULL;
    if (holder == NULL)
        return;
    claim->last_seen = *holder;
    claim->last_seen.handle = HANDLE_NONE;
}

/* Who shares the port by right is no obstacle, and nobody's affair. */
static void drop_the_rightful(struct claim *claim)
{
    struct observation *observation = &claim->observation;
    uint32_t kept = 0;
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        struct holder *holder = &observation->holders[index];
        if (judge_is_rightful(holder)) {
            looking_close(claim, &holder->handle);
            continue;
        }
        if (kept != index)
            observation->holders[kept] = *holder;
        kept++;
    }
    observation->holder_count = kept;
}

void looking_run(struct claim *claim)
{
    const struct host *host = claim->host;
    struct observation *observation = &claim->observation;
    uint64_t most_ms = looking_deadline_ms(claim);
    claim->looked_at_ms = claim_now_ms(claim);
    looking_end(claim);
    host->observe(host->context, claim->request, most_ms, claim->look_thoroughly, observation);
    claim->look_thoroughly = false;
    uint64_t now_ms = claim_now_ms(claim);
    claim->look_cost_ms = now_ms - claim->looked_at_ms;
    claim->cut_short = !observation->complete && now_ms >= most_ms;
    judge_observation(claim);
    if (claim_shares(claim))
        drop_the_rightful(claim);
    remember_last_seen(claim);
    if (observation->complete && !claim->looked) {
        claim->looked = true;
        remember_first_inodes(claim);
    }
    if (observation->gap != NULL && !claim->gap_reported) {
        claim->gap_reported = true;
        telling_warning(claim, observation->gap);
    }
}
