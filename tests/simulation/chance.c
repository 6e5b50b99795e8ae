#include "chance.h"

enum {
    MS_PER_S = 1000,
    MARGIN_MS = 250, /* for the calls of a host that is not slow */
};

static uint32_t pick(struct schedule *schedule, const uint32_t *values, uint32_t count)
{
    return values[dice_below(&schedule->dice, count)];
}

void chance_plain_host(struct schedule *schedule)
{
    struct dice *dice = &schedule->dice;
    schedule->faults = (struct faults){
        .look_ms = dice_below(dice, 10),
        .call_percent = 3,
        .call_ms = 1,
        .lock_unavailable = dice_chance(dice, 10),
        .fails_at_ms = NEVER,
    };
}

void chance_slow_host(struct schedule *schedule)
{
    struct dice *dice = &schedule->dice;
    struct faults *faults = &schedule->faults;
    faults->look_ms = dice_below(dice, dice_chance(dice, 80) ? 30 : 300);
    faults->call_percent = dice_below(dice, 20);
    faults->call_ms = dice_below(dice, 6);
    faults->recall_ms = dice_chance(dice, 30) ? dice_below(dice, 40) : 0;
    faults->interrupt_percent = dice_chance(dice, 50) ? dice_below(dice, 90) : 0;
}

void chance_bad_host(struct schedule *schedule)
{
    struct dice *dice = &schedule->dice;
    struct faults *faults = &schedule->faults;
    chance_slow_host(schedule);
    faults->look_fails_percent = dice_chance(dice, 30) ? dice_below(dice, 100) : 0;
    faults->look_misses_percent = dice_chance(dice, 30) ? dice_below(dice, 100) : 0;
    faults->look_lags_percent = dice_chance(dice, 30) ? dice_below(dice, 100) : 0;
    faults->close_permitted = dice_chance(dice, 50);
    faults->stop_fails = dice_chance(dice, 5);
    faults->self_unreadable = dice_chance(dice, 5);
    if (dice_chance(dice, 10))
        faults->fails_at_ms = schedule->world.now_ms + dice_below(dice, 2000);
}

static void roll_budget(struct schedule *schedule)
{
    static const uint32_t term_ms[] = {0, 50, 200, 600, 1500};
    static const uint32_t kill_ms[] = {0, 100, 400, 1000};
    static const uint32_t wait_ms[] = {0, 100, 500, 2000, 2000};
    struct settings *settings = &schedule->settings;
    settings->term_ms = pick(schedule, term_ms, sizeof(term_ms) / sizeof(term_ms[0]));
    settings->kill_ms = pick(schedule, kill_ms, sizeof(kill_ms) / sizeof(kill_ms[0]));
    settings->wait_ms = pick(schedule, wait_ms, sizeof(wait_ms) / sizeof(wait_ms[0]));
}

void chance_settings(struct schedule *schedule)
{
    struct dice *dice = &schedule->dice;
    struct settings *settings = &schedule->settings;
    settings_defaults(settings);
    roll_budget(schedule);
    settings->log_format = dice_chance(dice, 50) ? LOG_JSON : LOG_TEXT;
    settings->log_target = dice_chance(dice, 30) ? LOG_NONE : LOG_STDERR;
    settings->reuse_address = dice_chance(dice, 80);
    settings->limit_window_s = dice_chance(dice, 80) ? dice_between(dice, 1, 600) : 0;
    settings->limit = dice_between(dice, 1, 20);
    schedule->labelled = dice_chance(dice, 25);
    schedule->in_unit = dice_chance(dice, 30);
    if (schedule->labelled)
        text_copy(settings->service, sizeof(settings->service), "gateway");
}

/* Within the window; before it; or of an earlier boot, whose clock had come further. */
static uint64_t record_time_ms(struct schedule *schedule, bool counts)
{
    struct dice *dice = &schedule->dice;
    const uint64_t now_ms = schedule->world.now_ms;
    const uint32_t window_ms = schedule->settings.limit_window_s * MS_PER_S;
    uint64_t age_ms = 0;
    if (counts)
        age_ms = dice_below(dice, window_ms);
    else
        age_ms = window_ms + dice_below(dice, 1000000);
    if (age_ms < now_ms)
        return now_ms - age_ms;
    return counts ? 0 : now_ms + age_ms;
}

/* A memory keeps its records in the order of their times, but for a boot between them. */
static void sort(struct breaker_memory *memory)
{
    for (uint32_t index = 1; index < memory->count; index++) {
        for (uint32_t place = index;
             place > 0 && memory->records[place].time_ms < memory->records[place - 1].time_ms;
             place--) {
            struct breaker_record record = memory->records[place];
            memory->records[place] = memory->records[place - 1];
            memory->records[place - 1] = record;
        }
    }
}

void chance_memory(struct schedule *schedule, uint32_t most)
{
    static const char *const names[] = {"gateway", "gateway.service", "\n\"\x1b\\", ""};
    struct dice *dice = &schedule->dice;
    struct breaker_memory *memory = &schedule->world.memory;
    uint32_t counting = dice_below(dice, most);
    uint32_t others = dice_below(dice, 10);
    if (counting + others > BREAKER_RECORDS)
        others = BREAKER_RECORDS - counting;
    for (uint32_t index = 0; index < counting + others; index++) {
        struct breaker_record *record = &memory->records[memory->count++];
        *record = (struct breaker_record){.time_ms = record_time_ms(schedule, index < counting),
                                          .killer = (int32_t)dice_between(dice, 2, 100000),
                                          .victim = (int32_t)dice_between(dice, 2, 100000)};
        text_copy(record->killer_name, sizeof(record->killer_name), names[dice_below(dice, 4)]);
        text_copy(record->victim_name, sizeof(record->victim_name), names[dice_below(dice, 4)]);
    }
    sort(memory);
}

bool chance_suffices(const struct schedule *schedule)
{
    const struct settings *settings = &schedule->settings;
    uint32_t teardown_ms = 0;
    for (int index = 0; index < schedule->world.actor_count; index++) {
        const struct temper *temper = &schedule->world.actors[index].temper;
        if (temper->teardown_ms > teardown_ms)
            teardown_ms = temper->teardown_ms;
    }
    /* Whoever has only connections is in the way when the listeners are gone: a second round. */
    return settings->kill_ms + settings->wait_ms >= 2 * teardown_ms + MARGIN_MS;
}
