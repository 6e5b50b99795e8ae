#include "claim.h"

#include "looking.h"
#include "sharing.h"
#include "stopping.h"
#include "targets.h"
#include "telling.h"
#include "words.h"

#include <stddef.h>
#include <string.h>

enum {
    FIRST_BACKOFF_MS = 1,
    MOST_BACKOFF_MS = 50,
    FIRST_LOOK_INTERVAL_MS = 50,
    MOST_LOOK_INTERVAL_MS = 500,
};

static uint64_t least(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

static const struct holder *find_verdict(const struct observation *observation,
                                         enum verdict verdict)
{
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        if (observation->holders[index].verdict == verdict)
            return &observation->holders[index];
    }
    return NULL;
}

/* ---- acting ---- */

/* What keeps us from stopping the stale ones, though they are stale. */
static enum action why_spared(const struct claim *claim)
{
    if (claim->observation.complete)
        return ACTION_SPARED;
    return claim_shares(claim) ? ACTION_LEFT : ACTION_WAIT;
}

static bool is_hopeless(const struct observation *observation)
{
    return !observation->complete || judge_find_blocker(observation) != NULL;
}

/*
 * A connection that is closed is gone; a name that is removed can be another's by then, of one who
 * saw the same leftover and was quicker. So paths are removed by one at a time, until it has bound.
 */
static bool is_leftover_path(const struct claim *claim)
{
    return endpoint_is_path(&claim->request->endpoint);
}

/*
 * Nobody holds the port any more, but for sockets that outlived their process. False as in
 * stop_the_stale().
 */
static bool clear_leftovers(struct claim *claim)
{
    const struct host *host = claim->host;
    enum permission permission = PERMISSION_GRANTED;
    enum action otherwise = is_leftover_path(claim) ? ACTION_NOT_CLOSED : ACTION_WAIT;
    if (is_leftover_path(claim))
        permission = stopping_lock(claim);
    if (permission == PERMISSION_LOOK_AGAIN)
        return false;
    if (permission == PERMISSION_NOT_YET || claim->observation.closable == 0)
        otherwise = ACTION_WAIT;
    bool closed = permission == PERMISSION_GRANTED && claim->observation.closable > 0 &&
                  host->close_lingering(host->context, claim->request);
    claim->closed_leftovers |= closed;
    telling_leftovers(claim, closed ? ACTION_CLOSED : otherwise);
    return true;
}

/* False when what was seen is out of date and has to be looked at again. */
static bool stop_the_stale(struct claim *claim)
{
    switch (stopping_permission(claim)) {
    case PERMISSION_GRANTED:
        stopping_run(claim);
        return true;
    case PERMISSION_NOT_YET:
        telling_who_is_left(claim, ACTION_WAIT);
        return true;
    case PERMISSION_BREAKER:
        telling_who_is_left(claim, ACTION_BREAKER);
        return true;
    case PERMISSION_LOOK_AGAIN:
        break;
    }
    return false;
}

static bool has_only_leftovers(const struct observation *observation)
{
    return observation->holder_count == 0 && observation->closable + observation->sending > 0;
}

static bool act(struct claim *claim)
{
    const struct observation *observation = &claim->observation;
    if (find_verdict(observation, VERDICT_STALE) != NULL && !is_hopeless(observation))
        return stop_the_stale(claim);
    if (has_only_leftovers(observation))
        return clear_leftovers(claim);
    telling_who_is_left(claim, why_spared(claim));
    return true;
}

/* What act() would do, and does not. */
static void rehearse(struct claim *claim)
{
    const struct observation *observation = &claim->observation;
    if (has_only_leftovers(observation))
        telling_leftovers(claim, observation->closable > 0 ? ACTION_WOULD_CLOSE : ACTION_WAIT);
    else
        telling_who_is_left(claim, is_hopeless(observation) ? why_spared(claim) : ACTION_WOULD_ASK);
}

/* ---- waiting ---- */

/* Asked, and as far as was seen still in the way. */
static bool is_pending(const struct claim *claim, uint32_t index)
{
    const struct target *target = &claim->targets[index];
    const struct observation *observation = &claim->observation;
    bool seen = !observation->complete;
    for (uint32_t holder = 0; holder < observation->holder_count; holder++)
        seen |= observation->holders[holder].process.pid == target->pid;
    return seen && target->state == TARGET_ASKED && !claim->ended[index];
}

/*
 * At the end of the first grace, or after an interval that grows while nothing changes. Who is
 * overdue was not forced because the look did not allow it: then soon again.
 */
static void plan_next_look(struct claim *claim)
{
    uint64_t now_ms = claim_now_ms(claim);
    uint64_t next_ms = now_ms + claim->look_interval_ms;
    if (!claim_shares(claim)) /* where the look is the try */
        claim->look_interval_ms =
            (uint32_t)least(2 * (uint64_t)claim->look_interval_ms, MOST_LOOK_INTERVAL_MS);
    for (uint32_t index = 0; index < claim->target_count; index++) {
        uint64_t grace_end_ms = claim->targets[index].asked_at_ms + claim->settings->term_ms;
        if (!is_pending(claim, index))
            continue;
        if (grace_end_ms <= claim->looked_at_ms)
            grace_end_ms = now_ms + FIRST_LOOK_INTERVAL_MS;
        claim->look_thoroughly |= grace_end_ms <= next_ms;
        next_ms = least(next_ms, grace_end_ms);
    }
    claim->look_at_ms = next_ms;
}

/* Everybody in the way may be the one whose end frees the port. */
static void plan_whom_to_wait_for(struct claim *claim)
{
    claim->handle_count = claim->target_count;
    for (uint32_t index = 0; index < claim->observation.holder_count; index++) {
        int64_t handle = claim->observation.holders[index].handle;
        if (handle == HANDLE_NONE)
            continue;
        claim->handles[claim->handle_count] = handle;
        claim->ended[claim->handle_count] = false;
        claim->handle_count++;
    }
}

static uint32_t count_all_ended(const struct claim *claim)
{
    uint32_t count = 0;
    for (uint32_t index = 0; index < claim->handle_count; index++)
        count += claim->ended[index] ? 1 : 0;
    return count;
}

/* True when somebody ended meanwhile. */
static bool sleep_until(struct claim *claim, uint64_t until_ms)
{
    const struct host *host = claim->host;
    uint64_t now_ms = claim_now_ms(claim);
    uint32_t ended_before = count_all_ended(claim);
    host->wait(host->context, claim->handles, claim->ended, claim->handle_count,
               until_ms > now_ms ? until_ms - now_ms : 0);
    return count_all_ended(claim) > ended_before;
}

/* It takes what the last one took, or is cut short. */
static bool another_look_fits(const struct claim *claim)
{
    uint64_t now_ms = claim_now_ms(claim);
    uint64_t most_ms = looking_deadline_ms(claim) - now_ms;
    return now_ms + least(claim->look_cost_ms, most_ms) < targets_deadline_ms(claim);
}

/*
 * A refusal means that the address is in use when somebody stands there, or did when the claim
 * began, or when nobody could look. Else it will not go away.
 */
static bool refusal_is_final(const struct claim *claim)
{
    const struct observation *observation = &claim->observation;
    return observation->complete && observation->holder_count == 0 &&
           !has_only_leftovers(observation) && claim->first_inode_count == 0 &&
           claim->target_count == 0;
}

static enum attempt try_once(struct claim *claim)
{
    if (claim_shares(claim))
        return ATTEMPT_BUSY;
    enum attempt attempt = claim->host->attempt(claim->host->context);
    if (attempt != ATTEMPT_REFUSED)
        return attempt;
    if (!refusal_is_final(claim))
        return ATTEMPT_BUSY;
    telling_warning(claim, words.refused);
    return ATTEMPT_FAILED;
}

enum step { STEP_LOOK, STEP_WON, STEP_LOST, STEP_FAILED };

/*
 * Tries the real call until it succeeds, the budget is used up, or it is time to look again: at
 * the planned moment, or when somebody ended and the port is still not free.
 */
static enum step try_until_look(struct claim *claim)
{
    uint64_t backoff_ms = FIRST_BACKOFF_MS;
    bool somebody_ended = false;
    for (;;) {
        uint64_t now_ms = claim_now_ms(claim);
        enum attempt attempt = try_once(claim);
        if (attempt != ATTEMPT_BUSY)
            return attempt == ATTEMPT_DONE ? STEP_WON : STEP_FAILED;
        if (now_ms >= targets_deadline_ms(claim))
            return STEP_LOST;
        if (!another_look_fits(claim))
            claim->look_at_ms = UINT64_MAX; /* what is left goes to the tries */
        else if (somebody_ended || now_ms >= claim->look_at_ms)
            return STEP_LOOK;
        uint64_t until_ms = least(targets_deadline_ms(claim), claim->look_at_ms);
        somebody_ended = sleep_until(claim, least(now_ms + backoff_ms, until_ms));
        backoff_ms = least(2 * backoff_ms, MOST_BACKOFF_MS);
    }
}

/* Of the big memory only what is read before it is written. */
static void start(struct claim *claim, const struct settings *settings, const struct host *host,
                  const struct request *request)
{
    memset(claim, 0, offsetof(struct claim, targets));
    claim->settings = settings;
    claim->host = host;
    claim->request = request;
    claim->look_interval_ms = FIRST_LOOK_INTERVAL_MS;
    claim->target_count = 0;
    claim->handle_count = 0;
    claim->first_inode_count = 0;
    claim->memory.count = 0;
    claim->observation.holder_count = 0;
    claim->observation.self.pid = host->self_pid;
    claim->observation.self.known = 0;
    claim->observation.self.cgroup[0] = '\0';
    claim->started_at_ms = claim_now_ms(claim);
}

/* ---- the whole ---- */

/*
 * Its line answers the line that somebody was asked, or waited for because another process had the
 * lock. Others without a word, for so every start of a server of several processes ends.
 */
static enum claim_result settle(struct claim *claim, bool waited)
{
    const struct observation *observation = &claim->observation;
    bool alone = observation->complete && observation->holder_count == 0;
    stopping_remember_win(claim);
    if (waited && alone)
        telling_won(claim, false);
    else if (waited)
        telling_lost(claim);
    return alone ? CLAIM_WON : CLAIM_LOST;
}

static enum claim_result look_and_try(struct claim *claim)
{
    for (bool waited = false;; waited = true) {
        looking_run(claim);
        if (find_verdict(&claim->observation, VERDICT_SELF) != NULL)
            return CLAIM_LOST; /* a program's own second bind is its own affair: not a word */
        if (claim->settings->mode == MODE_DRY_RUN) {
            rehearse(claim);
            return CLAIM_LOST;
        }
        if (!act(claim))
            continue;
        if (claim_shares(claim) && sharing_is_over(claim))
            return settle(claim, waited);
        plan_next_look(claim);
        plan_whom_to_wait_for(claim);
        enum step step = try_until_look(claim);
        if (step == STEP_WON) {
            stopping_remember_win(claim);
            telling_won(claim, false);
            return CLAIM_WON;
        }
        if (step == STEP_LOST) {
            telling_lost(claim);
            return CLAIM_LOST;
        }
        if (step == STEP_FAILED)
            return CLAIM_FAILED;
    }
}

/* Often all it takes: the last instance left TIME_WAIT behind, and had SO_REUSEADDR as well. */
static enum attempt try_with_reuse(struct claim *claim)
{
    const struct host *host = claim->host;
    const enum protocol protocol = claim->request->endpoint.protocol;
    bool is_tcp =
        protocol != PROTOCOL_UDP /* which would share the port */ && protocol != PROTOCOL_UNIX;
    if (!is_tcp || claim_shares(claim) || !claim->settings->reuse_address ||
        claim->settings->mode == MODE_DRY_RUN || !host->reuse_address(host->context))
        return ATTEMPT_BUSY;
    return host->attempt(host->context);
}

static enum claim_result try_everything(struct claim *claim)
{
    switch (try_with_reuse(claim)) {
    case ATTEMPT_DONE:
        telling_won(claim, true);
        return CLAIM_WON;
    case ATTEMPT_FAILED:
        return CLAIM_FAILED;
    case ATTEMPT_BUSY:
    case ATTEMPT_REFUSED:
        break;
    }
    return look_and_try(claim);
}

bool claim_begins_with(enum attempt attempt)
{
    return attempt == ATTEMPT_BUSY || attempt == ATTEMPT_REFUSED;
}

enum claim_result claim_run(struct claim *claim, const struct settings *settings,
                            const struct host *host, const struct request *request,
                            struct claim_history *history)
{
    start(claim, settings, host, request);
    if (history != NULL)
        history_read(history, claim);
    enum claim_result result = try_everything(claim);
    looking_end(claim);
    for (uint32_t index = 0; index < claim->target_count; index++)
        looking_close(claim, &claim->handles[index]);
    if (claim->locked)
        host->unlock(host->context);
    if (history != NULL)
        history_write(history, claim);
    return result;
}
