#include "watch.h"

#include "lines.h"
#include "oracle.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    MOST_CALLS_WITHOUT_TIME = 1000,
    MOST_CALLS_AFTER_BUDGET = 64,
    MOST_LOOKS_AFTER_BUDGET = 2,   /* all processes, and again when the lock was another's */
    MOST_LOOKS_WITHOUT_SLEEP = 3,  /* nor a signal, nor anybody's end */
    MOST_SLEEP_WHILE_FREE_MS = 50, /* one step of the backoff */
    LEAST_LOOK_MS = 100,           /* a look has this time, however little of the budget is left */
};

static uint32_t bit(int actor)
{
    return UINT32_C(1) << actor;
}

void watch_fail(struct schedule *schedule, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(schedule->watch.problem, sizeof(schedule->watch.problem), format, arguments);
    va_end(arguments);
    world_trace(&schedule->world, "BROKEN: %s", schedule->watch.problem);
    longjmp(schedule->problem_found, 1);
}

void watch_start(struct schedule *schedule)
{
    memset(&schedule->watch, 0, sizeof(schedule->watch));
    schedule->watch.started_ms = schedule->world.now_ms;
    schedule->watch.called_at_ms = schedule->world.now_ms;
}

/* ---- the budget ---- */

static uint64_t budget_ms(const struct settings *settings, bool somebody_signalled)
{
    uint64_t stopping_ms = (uint64_t)settings->term_ms + settings->kill_ms;
    return settings->wait_ms + (somebody_signalled ? stopping_ms : 0);
}

/* Who had ended when the signal came may count as signalled, but need not (see watch_end.c). */
static uint64_t latest_ms(const struct schedule *schedule)
{
    const struct watch *watch = &schedule->watch;
    return watch->started_ms + budget_ms(&schedule->settings, (watch->sent | watch->gone) != 0);
}

/* A core that neither sleeps nor comes to an end would hang the simulation. */
void watch_call(struct schedule *schedule)
{
    struct watch *watch = &schedule->watch;
    if (watch->called_at_ms != schedule->world.now_ms)
        watch->calls_without_time = 0;
    watch->called_at_ms = schedule->world.now_ms;
    if (schedule->world.now_ms > latest_ms(schedule) &&
        ++watch->calls_after_budget > MOST_CALLS_AFTER_BUDGET)
        watch_fail(schedule, "goes on after the budget is used up");
    if (++watch->calls_without_time > MOST_CALLS_WITHOUT_TIME)
        watch_fail(schedule, "more than %d calls while the clock stood still",
                   MOST_CALLS_WITHOUT_TIME);
}

/* ---- looks ---- */

void watch_look(struct schedule *schedule, uint64_t deadline_ms)
{
    struct watch *watch = &schedule->watch;
    if (deadline_ms > latest_ms(schedule) && deadline_ms > schedule->world.now_ms + LEAST_LOOK_MS)
        watch_fail(schedule, "a look may last beyond the budget");
    if (watch->shown.any && schedule->world.now_ms > latest_ms(schedule) &&
        ++watch->looks_after_budget > MOST_LOOKS_AFTER_BUDGET)
        watch_fail(schedule, "looks on after the budget is used up");
    watch->looks++;
    if (++watch->looks_without_sleep > MOST_LOOKS_WITHOUT_SLEEP)
        watch_fail(schedule, "look after look without a sleep");
    watch->looks_while_free =
        schedule->world.free_since_ms == NEVER ? 0 : watch->looks_while_free + 1;
    if (watch->looks_while_free > 1)
        watch_fail(schedule, "a second look, though the port is free");
}

void watch_shown(struct schedule *schedule, const struct shown *shown)
{
    schedule->watch.shown = *shown;
    if (shown->complete)
        schedule->world.claim_has_looked = true;
}

/* ---- attempts ---- */

void watch_attempt(struct schedule *schedule)
{
    struct watch *watch = &schedule->watch;
    if (watch->attempted && watch->last_attempt != ATTEMPT_BUSY)
        watch_fail(schedule, "an attempt after the decisive one");
    if (watch->attempted_after_look && watch->last_attempt_ms >= latest_ms(schedule))
        watch_fail(schedule, "a second attempt after the budget was used up");
    watch->attempted = true;
    watch->attempted_after_look = watch->shown.any;
    watch->last_attempt_ms = schedule->world.now_ms;
    watch->looks_while_free = 0;
}

/* ---- signals ---- */

/* What holds for both signals. */
static void check_target(struct schedule *schedule, int index)
{
    const struct watch *watch = &schedule->watch;
    const struct actor *actor = &schedule->world.actors[index];
    const char *role = oracle_role_name(actor->role);
    if (!oracle_is_stale(&schedule->world, index))
        watch_fail(schedule, "signals PID %d, which is not stale: %s%s", (int)actor->pid, role,
                   actor->took_port ? " that took the port meanwhile" : "");
    if (watch->attempted && watch->last_attempt != ATTEMPT_BUSY)
        watch_fail(schedule, "signals PID %d after the decisive attempt", (int)actor->pid);
    if (!watch->shown.any || !watch->shown.complete)
        watch_fail(schedule, "signals PID %d on an incomplete look", (int)actor->pid);
    if (!watch->shown.self_readable)
        watch_fail(schedule, "signals PID %d without knowing our ancestors", (int)actor->pid);
    if ((watch->shown.actors & bit(index)) == 0)
        watch_fail(schedule, "signals PID %d, which held nothing at the latest look",
                   (int)actor->pid);
    if (watch->shown.hopeless)
        watch_fail(schedule, "signals PID %d though somebody else makes the claim hopeless",
                   (int)actor->pid);
    if (watch->lock_refused)
        watch_fail(schedule, "signals PID %d while another starter has the lock", (int)actor->pid);
    if (!watch->locked && !schedule->faults.lock_unavailable)
        watch_fail(schedule, "signals PID %d without the lock", (int)actor->pid);
}

static void check_ask(struct schedule *schedule, int index)
{
    const struct watch *watch = &schedule->watch;
    int pid = schedule->world.actors[index].pid;
    if ((watch->tried & bit(index)) != 0)
        watch_fail(schedule, "asks PID %d a second time", pid);
    if (watch->tried == 0 && watch->breaker_open && oracle_breaker_is_open(schedule))
        watch_fail(schedule, "asks PID %d with the breaker open", pid);
}

static void check_force(struct schedule *schedule, int index)
{
    const struct watch *watch = &schedule->watch;
    int pid = schedule->world.actors[index].pid;
    uint64_t since_ms = schedule->world.now_ms - watch->asked_at_ms[index];
    if ((watch->forced & bit(index)) != 0)
        watch_fail(schedule, "forces PID %d a second time", pid);
    if ((watch->unaskable & bit(index)) != 0)
        return;
    if ((watch->sent & bit(index)) == 0)
        watch_fail(schedule, "forces PID %d, which was never asked", pid);
    if (since_ms < schedule->settings.term_ms)
        watch_fail(schedule, "forces PID %d %" PRIu64 " ms after asking it", pid, since_ms);
    if (watch->shown.at_ms < watch->asked_at_ms[index])
        watch_fail(schedule, "forces PID %d without looking again", pid);
}

void watch_stop(struct schedule *schedule, int actor, enum stop how)
{
    if (schedule->settings.mode != MODE_ON)
        watch_fail(schedule, "signals in a dry run");
    if (actor == NOBODY)
        return; /* it has no handle, and nothing can be sent */
    check_target(schedule, actor);
    if (how == STOP_ASK)
        check_ask(schedule, actor);
    else
        check_force(schedule, actor);
}

void watch_delivery(struct schedule *schedule, int actor, enum stop how, enum delivery delivery)
{
    struct watch *watch = &schedule->watch;
    watch->looks_without_sleep = 0;
    if (actor == NOBODY)
        return;
    if (how == STOP_FORCE) {
        watch->forced |= bit(actor);
        watch->sent |= delivery == DELIVERY_SENT ? bit(actor) : 0;
        return;
    }
    watch->tried |= bit(actor);
    watch->asked_at_ms[actor] = schedule->world.now_ms;
    watch->sent |= delivery == DELIVERY_SENT ? bit(actor) : 0;
    watch->gone |= delivery == DELIVERY_GONE ? bit(actor) : 0;
    watch->unaskable |= delivery == DELIVERY_UNASKABLE ? bit(actor) : 0;
}

/* ---- sleep ---- */

void watch_wait(struct schedule *schedule, uint64_t milliseconds)
{
    const struct watch *watch = &schedule->watch;
    if (milliseconds == 0)
        return;
    if (schedule->world.now_ms + milliseconds > latest_ms(schedule))
        watch_fail(schedule, "sleeps beyond the budget");
    if (watch->attempted && watch->last_attempt != ATTEMPT_BUSY)
        watch_fail(schedule, "sleeps after the decisive attempt");
    if (watch->shown.self_in_the_way && !world_is_shared(&schedule->world))
        watch_fail(schedule, "waits for itself");
}

/* The first free moment is taken: nobody sleeps longer than one step while the port is free. */
void watch_slept(struct schedule *schedule, uint64_t since_ms, bool somebody_ended)
{
    struct watch *watch = &schedule->watch;
    const struct world *world = &schedule->world;
    if (!watch->shown.ending)
        watch->slept_ms += world->now_ms - since_ms;
    if (world->now_ms > since_ms || somebody_ended)
        watch->looks_without_sleep = 0;
    if (world->free_since_ms == NEVER)
        watch->slept_while_free_ms = 0;
    else if (world->free_since_ms >= since_ms)
        watch->slept_while_free_ms = world->now_ms - world->free_since_ms;
    else
        watch->slept_while_free_ms += world->now_ms - since_ms;
    if (watch->slept_while_free_ms > MOST_SLEEP_WHILE_FREE_MS)
        watch_fail(schedule, "sleeps %" PRIu64 " ms while the port is free",
                   watch->slept_while_free_ms);
}
