/* What the claims of an endpoint add up to. */
#include "story_state.h"

#include "core/evidence.h"

static void count(struct story_tally *tally, const struct story_claim *claim)
{
    tally->claims++;
    if (claim->outcome == OUTCOME_NOT_CLAIMED || claim->outcome == OUTCOME_DRY_RUN)
        tally->failed++;
}

/* From the earliest to the latest: the wall clock may have been set back between two of them. */
static uint64_t span_of_recent(const struct story_party *party)
{
    uint64_t earliest_ms = UINT64_MAX;
    uint64_t latest_ms = 0;
    for (uint32_t index = 0; index < STORY_START_LIMIT; index++) {
        uint64_t start_ms = party->recent_starts_ms[index];
        earliest_ms = start_ms < earliest_ms ? start_ms : earliest_ms;
        latest_ms = start_ms > latest_ms ? start_ms : latest_ms;
    }
    return latest_ms > earliest_ms ? latest_ms - earliest_ms : 1;
}

/* So many starts within how long: the least of them tells whether systemd would give up. */
static void count_start(struct story_party *party, const struct story_claim *claim)
{
    if (party->last_pid == claim->pid)
        return; /* the same process tries once more, or binds another address */
    party->last_pid = claim->pid;
    uint32_t place = party->recent_count++ % STORY_START_LIMIT;
    party->recent_starts_ms[place] = claim->start_ms;
    if (party->recent_count < STORY_START_LIMIT)
        return;
    uint64_t span_ms = span_of_recent(party);
    if (party->fastest_ms == 0 || span_ms < party->fastest_ms)
        party->fastest_ms = span_ms;
}

static void count_pair(struct story_endpoint *told, const struct story_claim *claim,
                       const struct story_event *event)
{
    uint32_t index = 0;
    while (index < told->pair_count &&
           (told->pairs[index].killer != claim->party || told->pairs[index].victim != event->party))
        index++;
    if (index == STORY_PAIRS || claim->party == STORY_NO_PARTY || event->party == STORY_NO_PARTY)
        return;
    if (index == told->pair_count)
        told->pair_count++;
    uint32_t kills = told->pairs[index].kills + 1;
    told->pairs[index] = (struct story_pair){claim->party, event->party,  kills,
                                             claim->pid,   event->holder, event->evidence};
}

/* However many processes of one service a claim stops, it is one kill. */
static void count_pairs(struct story_endpoint *told, const struct story_claim *claim)
{
    uint32_t counted = 0; /* a bit for each party */
    for (uint32_t index = 0; index < claim->event_count; index++) {
        const struct story_event *event = &claim->events[index];
        bool kill = event->action == ACTION_ASKED || event->action == ACTION_FORCED;
        if (event->kind != EVENT_HELD || !kill || event->party == STORY_NO_PARTY ||
            (counted & 1U << event->party) != 0)
            continue;
        counted |= 1U << event->party;
        count_pair(told, claim, event);
    }
}

static void count_stopping(struct endpoint_state *endpoint, const struct story_claim *claim,
                           uint64_t end_ms)
{
    struct story_endpoint *told = &endpoint->told;
    bool won = claim->outcome == OUTCOME_CLAIMED;
    if (claim->asked == 0)
        return;
    told->asked_claims++;
    told->asked_failed += claim->outcome == OUTCOME_NOT_CLAIMED ? 1 : 0;
    told->forced_claims += claim->forced > 0 ? 1 : 0;
    told->forced_failed += claim->forced > 0 && claim->outcome == OUTCOME_NOT_CLAIMED ? 1 : 0;
    told->drained_claims += won && claim->draining > 0 ? 1 : 0;
    if (!won)
        return;
    /* The wall clock may have been set meanwhile; the claim's own time is never wrong. */
    uint64_t took_ms = end_ms > claim->asked_at_ms ? end_ms - claim->asked_at_ms : 0;
    if (took_ms > claim->took_ms)
        took_ms = claim->took_ms;
    samples_add(endpoint->to_win, took_ms);
    if (claim->forced == 0)
        samples_add(endpoint->by_itself, took_ms);
}

static void count_lingering(struct story_endpoint *told, const struct story_claim *claim)
{
    if (claim->outcome == OUTCOME_NOT_CLAIMED && claim->evidences == 0 && !claim->lingered)
        count(&told->unseen, claim);
    if (!claim->lingered)
        return;
    count(&told->lingering, claim);
    told->lingering_closed += (claim->actions & 1U << ACTION_CLOSED) != 0 ? 1 : 0;
    if (claim->took_ms > told->longest_lingering_ms)
        told->longest_lingering_ms = claim->took_ms;
}

/* To end: asked, or forced to. */
static bool was_anybody_told(const struct story_claim *claim)
{
    return (claim->actions & (1U << ACTION_ASKED | 1U << ACTION_FORCED)) != 0;
}

/* Who was told to end and is on its way out is hard to see for a moment, and no riddle. */
static bool is_passing(const struct story_claim *claim, enum evidence evidence)
{
    return evidence_verdict(evidence) == VERDICT_UNKNOWN && was_anybody_told(claim) &&
           claim->outcome == OUTCOME_CLAIMED;
}

static void count_evidences(struct story_endpoint *told, const struct story_claim *claim)
{
    for (int evidence = EVIDENCE_NONE; evidence < STORY_EVIDENCES; evidence++) {
        if ((claim->evidences & 1U << evidence) != 0 && !is_passing(claim, (enum evidence)evidence))
            count(&told->sightings[evidence].tally, claim);
    }
}

static void count_outcome(struct story_endpoint *told, const struct story_claim *claim)
{
    told->starts++;
    told->outcomes[claim->outcome]++;
    if (claim->outcome == OUTCOME_CLAIMED && claim->took_ms > told->slowest_claim_ms)
        told->slowest_claim_ms = claim->took_ms;
    if (claim->outcome == OUTCOME_NOT_CLAIMED && claim->took_ms > told->slowest_refusal_ms)
        told->slowest_refusal_ms = claim->took_ms;
    if (claim->party == STORY_NO_PARTY)
        return;
    struct story_party *party = &told->parties[claim->party];
    party->starts++;
    party->claimed += claim->outcome == OUTCOME_CLAIMED ? 1 : 0;
    count_start(party, claim);
}

/* Stale, and yet nobody was told to end, and nobody else stood in the way. */
static bool was_untouched(const struct story_claim *claim)
{
    const uint32_t explained = 1U << ACTION_DENIED | 1U << ACTION_FAILED | 1U << ACTION_BREAKER;
    bool stale = claim->evidences != 0;
    for (int evidence = EVIDENCE_NONE; evidence < STORY_EVIDENCES; evidence++) {
        if ((claim->evidences & 1U << evidence) != 0)
            stale &= evidence_verdict((enum evidence)evidence) == VERDICT_STALE;
    }
    return stale && claim->outcome == OUTCOME_NOT_CLAIMED && !was_anybody_told(claim) &&
           (claim->actions & explained) == 0;
}

static void count_actions(struct story_endpoint *told, const struct story_claim *claim)
{
    for (uint32_t action = 0; action < STORY_ACTIONS; action++) {
        if ((claim->actions & 1U << action) != 0)
            count(&told->actions[action], claim);
    }
    if (was_untouched(claim))
        count(&told->untouched, claim);
}

void story_totals_add(struct endpoint_state *endpoint, const struct story_claim *claim,
                      uint64_t end_ms)
{
    struct story_endpoint *told = &endpoint->told;
    count_outcome(told, claim);
    count_evidences(told, claim);
    count_actions(told, claim);
    if (claim->strange_heir)
        count(&told->strange_heirs.tally, claim);
    count_pairs(told, claim);
    count_stopping(endpoint, claim, end_ms);
    count_lingering(told, claim);
}
