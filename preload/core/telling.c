#include "telling.h"

#include "targets.h"

#include <string.h>

static void tell(struct claim *claim, struct event *event)
{
    event->request = claim->request;
    event->self = &claim->observation.self;
    report(claim->host, claim->settings, event, claim->line);
}

void telling_asked(struct claim *claim, const struct holder *holder, enum action action,
                   const char *signal)
{
    struct event event = {
        .kind = EVENT_HELD,
        .holder = holder,
        .action = action,
        .signal = signal,
    };
    tell(claim, &event);
}

void telling_warning(struct claim *claim, const char *message)
{
    struct event event = {.kind = EVENT_WARNING, .message = message};
    tell(claim, &event);
}

/* True when this was not told already: what is seen again is no news. */
static bool is_news(struct claim *claim, uint64_t digest)
{
    bool news = digest != claim->digest;
    claim->digest = digest;
    return news;
}

/* A sum, since the order in which they are found is no news. */
static uint64_t holders_digest(const struct observation *observation)
{
    uint64_t digest = 0;
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        const struct holder *holder = &observation->holders[index];
        const int32_t facts[] = {holder->process.pid, (int32_t)holder->evidence};
        digest += text_hash(TEXT_HASH_START, (const char *)facts, sizeof(facts));
    }
    return digest;
}

/*
 * Whoever was asked is known to stand there until its end, and a moment longer. Whom a look that
 * was cut short did not find was told of when one was complete.
 */
static bool is_expected(struct claim *claim, const struct holder *holder)
{
    if (holder->evidence == EVIDENCE_CUT_SHORT && claim->last_seen_known)
        return true;
    return targets_include(claim, holder);
}

/* Where the call has succeeded nobody is waited for who may stay. */
static enum action other_action(const struct claim *claim, const struct holder *holder)
{
    return claim_shares(claim) && holder->evidence != EVIDENCE_ENDING ? ACTION_LEFT : ACTION_WAIT;
}

/* Those to whom nothing is done now. `stale_action` says why not to the stale ones. */
void telling_who_is_left(struct claim *claim, enum action stale_action)
{
    const struct observation *observation = &claim->observation;
    const char *obstruction = observation->obstruction;
    uint64_t digest = holders_digest(observation);
    if (obstruction != NULL)
        digest = text_hash(digest, obstruction, strlen(obstruction));
    if (!is_news(claim, digest))
        return;
    if (obstruction != NULL)
        telling_warning(claim, obstruction);
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        const struct holder *holder = &observation->holders[index];
        bool stale = holder->verdict == VERDICT_STALE;
        if (!is_expected(claim, holder))
            telling_asked(claim, holder, stale ? stale_action : other_action(claim, holder), NULL);
    }
}

void telling_won(struct claim *claim, bool reuse_sufficed)
{
    const struct host *host = claim->host;
    host->wait(host->context, claim->handles, claim->ended, claim->target_count, 0);
    struct event event = {
        .kind = EVENT_CLAIMED,
        .after_ms = claim_now_ms(claim) - claim->started_at_ms,
        .stopped = targets_count_ended(claim),
        .draining = targets_count_living(claim),
        .reuse_sufficed = reuse_sufficed,
        .closed_leftovers = claim->closed_leftovers,
    };
    tell(claim, &event);
}

void telling_lost(struct claim *claim)
{
    const struct observation *observation = &claim->observation;
    bool last_seen = claim->cut_short && claim->last_seen_known;
    const struct holder *holder = last_seen ? &claim->last_seen : judge_find_main(observation);
    const struct target *target = holder != NULL ? targets_find(claim, &holder->process) : NULL;
    struct event event = {
        .kind = EVENT_NOT_CLAIMED,
        .holder = holder,
        .last_seen = last_seen,
        .not_signalled = target != NULL && target->state == TARGET_REFUSED,
        .half_seen = target == NULL && !observation->complete,
        .after_ms = claim_now_ms(claim) - claim->started_at_ms,
        .closable = observation->closable,
        .sending = observation->sending,
        .breaker_open = claim->breaker_open,
        .message = observation->obstruction,
    };
    tell(claim, &event);
}

void telling_leftovers(struct claim *claim, enum action action)
{
    const struct observation *observation = &claim->observation;
    const uint32_t seen[] = {observation->closable, observation->sending};
    struct event event = {
        .kind = EVENT_LINGERING,
        .action = action,
        .closable = observation->closable,
        .sending = observation->sending,
    };
    if (is_news(claim, text_hash(TEXT_HASH_START, (const char *)seen, sizeof(seen))))
        tell(claim, &event);
}

void telling_kill_war(struct claim *claim, uint32_t kills)
{
    const struct breaker_memory *memory = &claim->memory;
    struct event event = {
        .kind = EVENT_KILL_WAR,
        .kills = kills,
        .window_s = claim->settings->limit_window_s,
        .last_kill = memory->count > 0 ? &memory->records[memory->count - 1] : NULL,
    };
    tell(claim, &event);
}

void telling_forced(struct claim *claim, const struct target *target, const struct holder *holder,
                    enum action action, const char *signal)
{
    struct event event = {
        .kind = EVENT_FORCED,
        .holder = holder,
        .action = action,
        .signal = signal,
        .asked_by = target->asked_by,
        .after_ms = claim_now_ms(claim) - target->asked_at_ms,
    };
    tell(claim, &event);
}
