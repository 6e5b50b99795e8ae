#include "schedule.h"

#include "oracle.h"
#include "programs.h"

enum {
    SOONEST_AFTER_BOOT_MS = 20000,
    LATEST_AFTER_BOOT_MS = 1000000000,
};

uint32_t schedule_scene(uint64_t seed)
{
    struct dice dice;
    dice_start(&dice, seed);
    return dice_below(&dice, scene_count);
}

static void build(struct schedule *schedule, uint64_t seed, bool verbose)
{
    struct dice *dice = &schedule->dice;
    schedule->seed = seed;
    dice_start(dice, seed);
    const struct scene *scene = &scenes[dice_below(dice, scene_count)];
    uint32_t latest_ms = dice_chance(dice, 50) ? LATEST_AFTER_BOOT_MS : 4 * SOONEST_AFTER_BOOT_MS;
    world_start(&schedule->world, dice_between(dice, SOONEST_AFTER_BOOT_MS, latest_ms), verbose);
    schedule->kit = &programs_kits[dice_below(dice, programs_kit_count)];
    schedule->expectation = EXPECT_ANYTHING;
    schedule->handle_count = 0;
    world_trace(&schedule->world, "%s", scene->name);
    scene->build(schedule);
    world_note_freedom(&schedule->world);
}

static void trace_cast(const struct schedule *schedule)
{
    const struct world *world = &schedule->world;
    const struct settings *settings = &schedule->settings;
    if (!world->verbose)
        return;
    world_trace(world, "budget: %d + %d + %d ms", (int)settings->term_ms, (int)settings->kill_ms,
                (int)settings->wait_ms);
    for (int index = 0; index < world->actor_count; index++) {
        const struct actor *actor = &world->actors[index];
        world_trace(world, "PID %d, parent's place %d, %s, since %d ms%s%s%s", (int)actor->pid,
                    actor->parent, oracle_role_name(actor->role),
                    (int)(world->now_ms - actor->start_ms), actor->hidden ? ", hidden" : "",
                    actor->temper.deaf ? ", deaf" : "", actor->temper.drains ? ", drains" : "");
    }
}

/* The claim came about because the attempt had failed. */
static enum claim_result run_claim(struct schedule *schedule, struct claim *claim)
{
    const struct host host = host_of(schedule);
    struct claim_history history = {0};
    return claim_run(claim, &schedule->settings, &host, &schedule->world.request, &history);
}

bool schedule_run(struct schedule *schedule, struct claim *claim, uint64_t seed, bool verbose)
{
    build(schedule, seed, verbose);
    trace_cast(schedule);
    watch_start(schedule);
    if (setjmp(schedule->problem_found) != 0)
        return false;
    watch_end(schedule, run_claim(schedule, claim));
    return true;
}
