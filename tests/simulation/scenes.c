/* The scenes: which world, which faults, and what must come of it. */
#include "cast.h"
#include "chance.h"
#include "programs.h"

static bool chance(struct schedule *schedule, uint32_t percent)
{
    return dice_chance(&schedule->dice, percent);
}

static struct actor *actor_at(struct schedule *schedule, int index)
{
    return &schedule->world.actors[index];
}

static uint64_t soon_ms(struct schedule *schedule, uint32_t most_ms)
{
    return schedule->world.now_ms + dice_below(&schedule->dice, most_ms + 1);
}

/* What most scenes begin with: nothing is wrong with the host, and the memory forbids nothing. */
static void begin(struct schedule *schedule)
{
    enum { UDP_PERCENT = 10, MPTCP_PERCENT = 10 };
    enum protocol protocol = PROTOCOL_TCP;
    if (chance(schedule, UDP_PERCENT))
        protocol = PROTOCOL_UDP;
    else if (chance(schedule, MPTCP_PERCENT))
        protocol = PROTOCOL_MPTCP;
    chance_settings(schedule);
    chance_plain_host(schedule);
    cast_ourselves(schedule, OPERATION_BIND, protocol);
    if (schedule->settings.limit_window_s > 0)
        chance_memory(schedule, schedule->settings.limit);
}

static void expect_won_if_budget_suffices(struct schedule *schedule)
{
    if (chance_suffices(schedule))
        schedule->expectation = EXPECT_WON;
}

/* ---- retry and budget ---- */

/* Whoever it is, and whether it is seen or not: it goes by itself, early enough. */
static void build_leaves_by_itself(struct schedule *schedule)
{
    enum { TO_SPARE_MS = 350 }; /* a look that lags is still given its time */
    begin(schedule);
    chance_slow_host(schedule);
    schedule->faults.look_ms = dice_below(&schedule->dice, 30);
    struct settings *settings = &schedule->settings;
    settings->wait_ms = dice_between(&schedule->dice, TO_SPARE_MS, 2000);
    int holder = cast_anybody_else(schedule);
    world_schedule(&schedule->world, soon_ms(schedule, settings->wait_ms - TO_SPARE_MS), CHANGE_DIE,
                   holder);
    schedule->expectation = EXPECT_WON;
}

static void build_stays(struct schedule *schedule)
{
    begin(schedule);
    chance_slow_host(schedule);
    cast_anybody_else(schedule);
    if (chance(schedule, 30))
        cast_anybody_else(schedule);
    schedule->expectation = EXPECT_LOST;
}

static void build_another_error(struct schedule *schedule)
{
    begin(schedule);
    chance_slow_host(schedule);
    schedule->faults.fails_at_ms = soon_ms(schedule, schedule->settings.wait_ms);
    if (chance(schedule, 50))
        schedule->faults.fails_at_ms = schedule->world.now_ms;
    cast_anybody_else(schedule);
    if (schedule->settings.wait_ms > 0)
        schedule->expectation = EXPECT_FAILED;
}

/* Looks that lag or fail must not use up the budget, and what they did not show is not stopped. */
static void build_bad_first_looks(struct schedule *schedule)
{
    begin(schedule);
    if (chance(schedule, 50))
        schedule->faults.first_looks_lag = 1;
    else
        schedule->faults.first_looks_fail = dice_between(&schedule->dice, 1, 3);
    schedule->settings.wait_ms = dice_between(&schedule->dice, 1500, 2500);
    cast_earlier(schedule);
    expect_won_if_budget_suffices(schedule);
}

static void build_bad_looks(struct schedule *schedule)
{
    begin(schedule);
    chance_bad_host(schedule);
    int earlier = cast_earlier(schedule);
    if (chance(schedule, 50))
        cast_worker(schedule, earlier);
    if (chance(schedule, 30))
        cast_anybody_else(schedule);
    bool by_name = actor_at(schedule, earlier)->program == &programs_former;
    if (!by_name && chance(schedule, 20))
        actor_at(schedule, earlier)->known = KNOWN_START | KNOWN_USER | KNOWN_ANCESTORS;
    if (chance(schedule, 20))
        actor_at(schedule, earlier)->without_handle = true;
}

static void build_listen(struct schedule *schedule)
{
    chance_settings(schedule);
    chance_plain_host(schedule);
    cast_ourselves(schedule, OPERATION_LISTEN, PROTOCOL_TCP);
    cast_earlier(schedule);
    expect_won_if_budget_suffices(schedule);
}

/* ---- stopping the stale one ---- */

static void build_tempers(struct schedule *schedule)
{
    begin(schedule);
    int earlier = cast_earlier(schedule);
    expect_won_if_budget_suffices(schedule);
    if (chance(schedule, 20)) /* somebody else has asked it already, or it ends by itself */
        world_schedule(&schedule->world, soon_ms(schedule, 30), CHANGE_DIE, earlier);
}

static void build_generations(struct schedule *schedule)
{
    begin(schedule);
    uint32_t generations = dice_between(&schedule->dice, 1, 3);
    for (uint32_t index = 0; index < generations; index++) {
        int earlier = cast_earlier(schedule);
        uint32_t workers = dice_below(&schedule->dice, 3);
        for (uint32_t worker = 0; worker < workers; worker++)
            cast_worker(schedule, earlier);
        /* Who is younger goes only with its parent, if that one ends and does not just let go. */
        if (!actor_at(schedule, earlier)->temper.drains && chance(schedule, 20))
            actor_at(schedule, cast_late_worker(schedule, earlier))->temper.dies_with_parent = true;
    }
    expect_won_if_budget_suffices(schedule);
}

/* The listener is gone or going, the process not: it serves its connections on. */
static void build_draining(struct schedule *schedule)
{
    begin(schedule);
    int earlier = cast_earlier(schedule);
    struct temper *temper = &actor_at(schedule, earlier)->temper;
    temper->drains = true;
    temper->deaf = false;
    temper->drain_ms = 60000;
    if (chance(schedule, 30))
        world_schedule(&schedule->world, schedule->world.now_ms, CHANGE_CLOSE_LISTENERS, earlier);
    expect_won_if_budget_suffices(schedule);
}

/* In any order: it ends, and somebody else has its PID, between any two calls. */
static void build_recycled(struct schedule *schedule)
{
    begin(schedule);
    chance_slow_host(schedule);
    int earlier = cast_earlier(schedule);
    cast_recycled(schedule, earlier);
    if (chance(schedule, 70))
        world_schedule(&schedule->world, soon_ms(schedule, 60), CHANGE_DIE, earlier);
    if (chance(schedule, 30))
        cast_recycled(schedule, cast_earlier(schedule));
    if (chance(schedule, 40)) {
        int worker = cast_worker(schedule, chance(schedule, 50) ? earlier : cast_earlier(schedule));
        cast_recycled(schedule, worker);
        world_schedule(&schedule->world, soon_ms(schedule, 60), CHANGE_DIE, worker);
    }
}

static void build_denied(struct schedule *schedule)
{
    begin(schedule);
    int earlier = cast_earlier(schedule);
    actor_at(schedule, earlier)->temper.denied = true;
    if (chance(schedule, 50))
        cast_earlier(schedule);
    if (chance(schedule, 30))
        actor_at(schedule, earlier)->without_handle = true;
    if (schedule->settings.wait_ms > 0)
        schedule->expectation = EXPECT_LOST;
}

static void build_unaskable(struct schedule *schedule)
{
    begin(schedule);
    int earlier = cast_earlier(schedule);
    actor_at(schedule, earlier)->temper.unaskable = true;
    if (chance(schedule, 50))
        cast_earlier(schedule);
}

/* ---- whom it never touches ---- */

static void build_self(struct schedule *schedule)
{
    begin(schedule);
    schedule->settings.wait_ms += 100;
    cast_as_listener(schedule, schedule->world.self);
    if (chance(schedule, 30))
        cast_earlier(schedule);
    schedule->expectation = EXPECT_LOST;
}

static void build_lineage(struct schedule *schedule)
{
    begin(schedule);
    chance_slow_host(schedule);
    if (chance(schedule, 20)) {
        schedule->faults.self_unreadable = true;
        cast_earlier(schedule);
    } else if (chance(schedule, 30)) {
        cast_protected(schedule);
    } else {
        cast_as_listener(schedule, cast_random_ancestor(schedule));
    }
    if (chance(schedule, 30))
        cast_earlier(schedule);
    schedule->expectation = EXPECT_LOST;
}

static void build_strangers(struct schedule *schedule)
{
    static int (*const makers[])(struct schedule *) = {
        cast_stranger, cast_stranger, cast_other_user, cast_client, cast_anybody_else,
    };
    begin(schedule);
    chance_slow_host(schedule);
    int stranger =
        makers[dice_below(&schedule->dice, sizeof(makers) / sizeof(makers[0]))](schedule);
    if (chance(schedule, 60)) {
        int earlier = cast_earlier(schedule);
        bool can_be_child =
            actor_at(schedule, stranger)->role == ROLE_STRANGER && !schedule->in_unit;
        if (can_be_child && chance(schedule, 30)) /* with a socket of its own */
            actor_at(schedule, stranger)->parent = earlier;
    }
    if (chance(schedule, 40))
        cast_elsewhere(schedule);
    if (chance(schedule, 40))
        world_schedule(&schedule->world, soon_ms(schedule, 1000), CHANGE_DIE, stranger);
}

static void build_two_starters(struct schedule *schedule)
{
    begin(schedule);
    chance_slow_host(schedule);
    int earlier = chance(schedule, 80) ? cast_earlier(schedule) : cast_winner(schedule);
    cast_rival(schedule);
    if (chance(schedule, 50)) {
        schedule->world.locked_by_other = true;
        world_schedule(&schedule->world, soon_ms(schedule, 800), CHANGE_UNLOCK, NOBODY);
        uint32_t most_ms = chance(schedule, 50) ? 50 : 800;
        /* Both roll the dice, and the order of arguments is the compiler's choice. */
        enum change_kind how = chance(schedule, 50) ? CHANGE_DIE : CHANGE_CLOSE_LISTENERS;
        world_schedule(&schedule->world, soon_ms(schedule, most_ms), how, earlier);
    }
    if (chance(schedule, 30))
        cast_respawned(schedule, earlier);
    if (chance(schedule, 10))
        cast_sibling(schedule);
    if (chance(schedule, 10))
        cast_younger(schedule);
}

static void build_kill_war(struct schedule *schedule)
{
    begin(schedule);
    struct settings *settings = &schedule->settings;
    settings->limit_window_s = dice_between(&schedule->dice, 1, 600);
    settings->limit = dice_below(&schedule->dice, 8);
    schedule->world.memory.count = 0;
    chance_memory(schedule, 16);
    int earlier = cast_earlier(schedule);
    if (chance(schedule, 30))
        cast_respawned(schedule, earlier);
}

static void build_dry_run(struct schedule *schedule)
{
    begin(schedule);
    chance_bad_host(schedule);
    schedule->settings.mode = MODE_DRY_RUN;
    cast_earlier(schedule);
    if (chance(schedule, 30))
        cast_anybody_else(schedule);
}

/* ---- sharing ---- */

/* Somebody else has killed it, and it is not gone yet. Neither its name nor kinship says whose it
 * is. */
static void cast_ending(struct schedule *schedule)
{
    int index = cast_earlier(schedule);
    struct actor *actor = actor_at(schedule, index);
    actor->program = schedule->kit->ours;
    actor->start_ms = 1;
    actor->parent = INIT;
    actor_at(schedule, INIT)->program = &programs_init;
    world_force(&schedule->world, index);
    schedule->settings.wait_ms = dice_between(&schedule->dice, 1500, 2500);
}

/* Workers of our own instance beside stale ones; and now and then a stranger, who ends all hope. */
static void build_sharing(struct schedule *schedule)
{
    static int (*const sharers[])(struct schedule *) = {cast_sibling, cast_younger, cast_protected};
    enum { SHARERS = sizeof(sharers) / sizeof(sharers[0]) };
    chance_settings(schedule);
    chance_plain_host(schedule);
    cast_ourselves(schedule, OPERATION_SHARE, chance(schedule, 20) ? PROTOCOL_UDP : PROTOCOL_TCP);
    if (!schedule->in_unit && chance(schedule, 30))
        cast_ending(schedule);
    uint32_t count = dice_below(&schedule->dice, 4);
    for (uint32_t index = 0; index < count; index++) {
        bool protected = schedule->settings.protect[0] != '\0'; /* there is one list */
        sharers[dice_below(&schedule->dice, protected ? SHARERS - 1 : SHARERS)](schedule);
    }
    uint32_t earlier = dice_below(&schedule->dice, 3);
    for (uint32_t index = 0; index < earlier; index++)
        cast_earlier(schedule);
    bool hopeless = chance(schedule, 20);
    if (hopeless) {
        /* Its script may be all that is strange; older than any master of ours, and no child of it.
         */
        struct actor *stranger = actor_at(schedule, cast_stranger(schedule));
        stranger->start_ms = 1;
        stranger->parent = INIT;
        stranger->cgroup = "/system.slice/stranger.service";
        actor_at(schedule, INIT)->program = &programs_init;
        schedule->expectation = EXPECT_LOST;
    } else {
        expect_won_if_budget_suffices(schedule);
    }
    if (chance(schedule, 20)) {
        chance_bad_host(schedule);
        schedule->expectation = EXPECT_ANYTHING;
    }
    if (chance(schedule, 20)) {
        schedule->world.locked_by_other = true;
        world_schedule(&schedule->world, soon_ms(schedule, 800), CHANGE_UNLOCK, NOBODY);
        schedule->expectation = EXPECT_ANYTHING;
    }
}

/* ---- leftovers ---- */

/* Connections without a process, and those that a stale one leaves behind. */
static void build_leftovers(struct schedule *schedule)
{
    begin(schedule);
    struct world *world = &schedule->world;
    schedule->faults.close_permitted = chance(schedule, 50);
    bool reuses = chance(schedule, 50);
    bool sending = chance(schedule, 30);
    if (world->request.endpoint.protocol == PROTOCOL_UDP || chance(schedule, 40)) {
        struct temper *temper = &actor_at(schedule, cast_earlier(schedule))->temper;
        temper->leaves_closable = !sending;
        temper->leaves_sending = sending;
        temper->lingers_ms = 60000;
        return;
    }
    int place = world_add_socket(world, world->self, sending ? SOCKET_SENDING : SOCKET_CLOSABLE,
                                 &world->request.endpoint, reuses);
    uint32_t lingers_ms = chance(schedule, 50) ? 60000 : 1000;
    world_schedule(world, soon_ms(schedule, lingers_ms), CHANGE_EXPIRE, place);
    bool can_reuse = reuses && (world->reuses || schedule->settings.reuse_address);
    bool can_close = schedule->faults.close_permitted && !sending && schedule->settings.wait_ms > 0;
    if (can_reuse || can_close)
        schedule->expectation = EXPECT_WON;
}

/* ---- everything ---- */

static void build_chaos(struct schedule *schedule)
{
    chance_settings(schedule);
    chance_plain_host(schedule);
    chance_bad_host(schedule);
    bool listen = chance(schedule, 10);
    cast_ourselves(schedule, listen ? OPERATION_LISTEN : OPERATION_BIND, PROTOCOL_TCP);
    chance_memory(schedule, schedule->settings.limit_window_s > 0 ? 16 : 1);
    uint32_t count = dice_between(&schedule->dice, 1, 3);
    for (uint32_t index = 0; index < count; index++) {
        int earlier = cast_earlier(schedule);
        struct temper *temper = &actor_at(schedule, earlier)->temper;
        temper->denied = chance(schedule, 5);
        temper->unaskable = chance(schedule, 5);
        temper->leaves_closable = chance(schedule, 20);
        temper->lingers_ms = dice_below(&schedule->dice, 3000);
        if (chance(schedule, 40))
            cast_worker(schedule, earlier);
        if (chance(schedule, 20))
            cast_late_worker(schedule, earlier);
        if (chance(schedule, 20))
            cast_recycled(schedule, earlier);
        else if (chance(schedule, 20))
            cast_respawned(schedule, earlier);
        if (chance(schedule, 30))
            world_schedule(&schedule->world, soon_ms(schedule, 1000), CHANGE_DIE, earlier);
    }
    if (chance(schedule, 30))
        cast_anybody_else(schedule);
    if (chance(schedule, 30))
        cast_rival(schedule);
    schedule->world.locked_by_other = chance(schedule, 20);
    world_schedule(&schedule->world, soon_ms(schedule, 1000), CHANGE_UNLOCK, NOBODY);
}

const struct scene scenes[] = {
    {"R01 R06 a port that becomes free is taken at the first free moment", build_leaves_by_itself},
    {"R02 R08 a port that stays held costs the budget, and no more", build_stays},
    {"R03 another error ends the claim", build_another_error},
    {"R07 a bad look does not use up the budget", build_bad_first_looks},
    {"R07 O04 O06 bad looks stop nobody wrongly", build_bad_looks},
    {"R09 a listen is claimed as a bind is", build_listen},
    {"S01 S02 S04 S05 S12 S13 S14 an earlier instance of any temper is ended", build_tempers},
    {"S07 S08 generations and workers are ended together", build_generations},
    {"S03 S04 who lets go may drain", build_draining},
    {"S10 a recycled PID is never signalled", build_recycled},
    {"S11 a signal that is not permitted is waited out", build_denied},
    {"S02 who cannot be asked is ended at once", build_unaskable},
    {"N01 a second bind of our own fails at once", build_self},
    {"N02 N03 N04 N05 N06 ancestors and the protected are never signalled", build_lineage},
    {"N07 N08 N09 N10 N13 N14 strangers and clients are never signalled", build_strangers},
    {"N11 N12 of two starters one wins and lives", build_two_starters},
    {"N15 with the breaker open nobody is signalled", build_kill_war},
    {"N16 a dry run touches nothing", build_dry_run},
    {"S01 S02 S03 N12 N14 who shares a port is ended if stale, and never a sibling", build_sharing},
    {"T01 T02 T03 T05 leftovers are reused, closed or waited for", build_leftovers},
    {"O04 O06 everything at once", build_chaos},
};
const uint32_t scene_count = sizeof(scenes) / sizeof(scenes[0]);
