/* The invariants of the lock, the memory and the lines, and those of the claim's end. */
#include "lines.h"
#include "oracle.h"

#include <inttypes.h>
#include <string.h>

/* ---- the memory ---- */

void watch_recall(struct schedule *schedule)
{
    schedule->watch.breaker_open = oracle_breaker_is_open(schedule);
}

static void check_old_records(struct schedule *schedule, const struct breaker_memory *memory,
                              uint32_t dropped, uint32_t kept)
{
    for (uint32_t index = 0; index < kept; index++) {
        const struct breaker_record *old = &schedule->world.memory.records[index + dropped];
        if (memcmp(&memory->records[index], old, sizeof(*old)) != 0)
            watch_fail(schedule, "changes a kill that was remembered");
    }
}

static void check_own_record(struct schedule *schedule, const struct breaker_record *added)
{
    const struct actor *self = &schedule->world.actors[schedule->world.self];
    if (added->killer != self->pid || added->killer_start_ms != self->start_ms)
        watch_fail(schedule, "remembers a kill in another's name");
    if (added->time_ms < schedule->watch.started_ms || added->time_ms > schedule->world.now_ms)
        watch_fail(schedule, "remembers a kill of another time");
}

/*
 * What is remembered at the first signal: all that was there, but for the oldest if there is no
 * room, and one more. Once the port is won: the same, and that one has the time of the win.
 */
void watch_remember(struct schedule *schedule, const struct breaker_memory *memory)
{
    const struct watch *watch = &schedule->watch;
    const uint32_t before = schedule->world.memory.count;
    bool done = watch->last_attempt == ATTEMPT_DONE || world_is_shared(&schedule->world);
    bool again = watch->remembered == 1 && done;
    uint32_t dropped = !again && before == BREAKER_RECORDS ? 1 : 0;
    uint32_t kept = again ? before - 1 : before - dropped;
    if (!watch->locked)
        watch_fail(schedule, "remembers without the lock");
    if (memory->count != kept + 1)
        watch_fail(schedule, "remembers %" PRIu32 " kills instead of %" PRIu32, memory->count,
                   kept + 1);
    check_old_records(schedule, memory, dropped, kept);
    check_own_record(schedule, &memory->records[kept]);
    schedule->watch.remembered += again ? 0 : 1;
}

/* What changes the world without being a signal. */
void watch_act(struct schedule *schedule, const char *what)
{
    if (schedule->settings.mode != MODE_ON)
        watch_fail(schedule, "%s in a dry run", what);
}

/* ---- lines ---- */

void watch_line(struct schedule *schedule, const char *line, size_t length)
{
    bool json = schedule->settings.log_format == LOG_JSON;
    const char *mistake = lines_find_mistake(line, length, json);
    schedule->watch.lines++;
    if (schedule->settings.log_target == LOG_NONE)
        watch_fail(schedule, "writes though PORTCLAIM_LOG is none");
    if (mistake != NULL)
        watch_fail(schedule, "writes a line that %s", mistake);
}

/* ---- the end ---- */

static const char *result_name(enum claim_result result)
{
    static const char *const names[] = {
        [CLAIM_WON] = "won", [CLAIM_LOST] = "lost", [CLAIM_FAILED] = "failed"};
    return names[result];
}

static enum claim_result expected_result(const struct watch *watch)
{
    static const enum claim_result results[] = {
        [ATTEMPT_DONE] = CLAIM_WON, [ATTEMPT_BUSY] = CLAIM_LOST, [ATTEMPT_FAILED] = CLAIM_FAILED};
    return watch->attempted ? results[watch->last_attempt] : CLAIM_LOST;
}

/* It is given up at once for our own sake and in a dry run; otherwise after the last attempt. */
static void check_endurance(struct schedule *schedule)
{
    const struct watch *watch = &schedule->watch;
    const struct settings *settings = &schedule->settings;
    uint64_t budget_ms = settings->wait_ms;
    if (watch->sent != 0)
        budget_ms += (uint64_t)settings->term_ms + settings->kill_ms;
    if (settings->mode == MODE_DRY_RUN || watch->shown.self_in_the_way)
        return;
    if (!watch->attempted || watch->last_attempt_ms < watch->started_ms + budget_ms)
        watch_fail(schedule, "gives up before the budget is used up");
}

/*
 * Of a call that has succeeded: it waits for nobody but whom it asked or who is ending, or for
 * another starter that may be asking; and it says that the port is ours alone only if it saw so.
 */
static void check_shared(struct schedule *schedule, enum claim_result result)
{
    const struct watch *watch = &schedule->watch;
    bool may_wait = watch->tried != 0 || watch->lock_refused || schedule->world.locked_by_other ||
                    watch->had_lock;
    if (watch->slept_ms > 0 && !may_wait)
        watch_fail(schedule, "waits for nobody");
    if (result == CLAIM_FAILED || (result == CLAIM_WON && !watch->shown.complete))
        watch_fail(schedule, "says \"%s\" of a call that succeeded", result_name(result));
    if (result == CLAIM_WON && watch->shown.hopeless)
        watch_fail(schedule, "says that it is alone, beside somebody else");
}

static void check_leftovers(struct schedule *schedule)
{
    const struct watch *watch = &schedule->watch;
    bool tried = watch->tried != 0;
    bool must_remember = watch->sent != 0 && watch->had_lock;
    if (watch->open_handles != 0)
        watch_fail(schedule, "leaves %d handles open", watch->open_handles);
    if (watch->locked)
        watch_fail(schedule, "keeps the lock");
    if (watch->remembered > 1 || (watch->remembered == 1 && !tried))
        watch_fail(schedule, "remembers %" PRIu32 " kills", watch->remembered);
    if (must_remember && watch->remembered != 1)
        watch_fail(schedule, "stopped somebody and does not remember it");
}

static void check_expectation(struct schedule *schedule, enum claim_result result)
{
    static const struct {
        bool demanding;
        enum claim_result result;
    } demands[] = {
        [EXPECT_ANYTHING] = {false, CLAIM_LOST},
        [EXPECT_WON] = {true, CLAIM_WON},
        [EXPECT_LOST] = {true, CLAIM_LOST},
        [EXPECT_FAILED] = {true, CLAIM_FAILED},
    };
    if (demands[schedule->expectation].demanding && demands[schedule->expectation].result != result)
        watch_fail(schedule, "is %s and should be %s", result_name(result),
                   result_name(demands[schedule->expectation].result));
}

void watch_end(struct schedule *schedule, enum claim_result result)
{
    struct watch *watch = &schedule->watch;
    watch->finished_ms = schedule->world.now_ms;
    world_trace(&schedule->world, "the claim is %s", result_name(result));
    if (world_is_shared(&schedule->world)) {
        check_shared(schedule, result);
    } else {
        if (result != expected_result(watch))
            watch_fail(schedule, "says \"%s\" against its last attempt", result_name(result));
        if (result == CLAIM_LOST)
            check_endurance(schedule);
    }
    check_leftovers(schedule);
    check_expectation(schedule, result);
}
