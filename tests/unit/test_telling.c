/*
 * What is said of a holder that was asked, and of the socket that it leaves: the host says by what
 * it was asked, which is not always what it asks with in general.
 */
#include "made_up_host.h"

enum { PORT = 18789, WAIT_MS = 1000, SLOW_MS = 5000, HISTORY_SIZE = 4 * REPORT_LINE_SIZE };

struct telling_world {
    struct made_up_world base;
    enum delivery delivery; /* of being asked */
    enum delivery ending;   /* of being forced */
    const char *name;       /* by what; NULL: as in general */
    int forced;
    bool seen_no_more; /* once asked: the socket stands, its process is not seen */
    uint64_t look_ms;  /* what a look takes that sees nobody */
    bool seen_once;    /* by the first look alone */
    char lines[HISTORY_SIZE];
};

static enum attempt attempt(void *context)
{
    (void)context;
    return ATTEMPT_BUSY;
}

static void observe(void *context, const struct request *request, uint64_t deadline_ms,
                    bool thorough, struct observation *observation)
{
    struct telling_world *world = context;
    (void)request, (void)thorough;
    *observation = world->base.scene->observation;
    if (world->seen_once)
        world->base.scene->observation.holders[0].visible = false;
    if (observation->holders[0].visible)
        return;
    world->base.now_ms += world->look_ms;
    if (world->look_ms > 0)
        observation->complete = world->base.now_ms < deadline_ms;
}

static enum delivery stop(void *context, int64_t handle, enum stop how, const char **name)
{
    struct telling_world *world = context;
    (void)handle;
    world->forced += how == STOP_FORCE ? 1 : 0;
    if (how == STOP_FORCE)
        return world->ending;
    if (world->name != NULL)
        *name = world->name;
    if (world->seen_no_more)
        world->base.scene->observation.holders[0].visible = false;
    return world->delivery;
}

static void write_line(void *context, const char *line, size_t length)
{
    struct telling_world *world = context;
    assert_true(strlen(world->lines) + length < sizeof(world->lines));
    strncat(world->lines, line, length);
}

static void lose(struct telling_world *world)
{
    static struct claim claim;
    struct host host = made_up_host(world);
    host.attempt = attempt;
    host.observe = observe;
    host.stop = stop;
    host.write = write_line;
    const struct request request = {.operation = OPERATION_BIND, .endpoint = {.port = PORT}};
    world->base.now_ms = SELF_START_MS;
    world->base.scene->settings.wait_ms = WAIT_MS;
    for (uint32_t index = 0; index < world->base.scene->observation.holder_count; index++)
        world->base.scene->observation.holders[index].socket.local.port = PORT;
    assert_int_equal(claim_run(&claim, &world->base.scene->settings, &host, &request, NULL),
                     CLAIM_LOST);
}

#define SAID(world, words)     assert_non_null(strstr((world)->lines, words))
#define NOT_SAID(world, words) assert_null(strstr((world)->lines, words))

static void by_what_it_was_asked(void **state)
{
    struct telling_world world = {
        .base.scene = *state, .delivery = DELIVERY_SENT, .name = "a letter"};
    add_twin(world.base.scene, HOLDER_PID);
    lose(&world);
    SAID(&world, "; sent a letter\n");
    SAID(&world, " after a letter; sent forcing\n");
    NOT_SAID(&world, "asking");
    assert_int_equal(world.forced, 1);
}

static void by_what_in_general(void **state)
{
    struct telling_world world = {.base.scene = *state, .delivery = DELIVERY_SENT};
    add_twin(world.base.scene, HOLDER_PID);
    lose(&world);
    SAID(&world, "; sent asking\n");
    SAID(&world, " after asking; sent forcing\n");
}

/* It is not forced a second time. */
static void ended_at_once(void **state)
{
    struct telling_world world = {.base.scene = *state, .delivery = DELIVERY_UNASKABLE};
    add_twin(world.base.scene, HOLDER_PID);
    lose(&world);
    SAID(&world, "; ended at once (it takes no signal): sent forcing\n");
    assert_int_equal(world.forced, 1);
    assert_true(world.base.now_ms > SELF_START_MS + WAIT_MS); /* the budget of who was asked */
}

static void ended_at_once_as_json(void **state)
{
    struct telling_world world = {.base.scene = *state, .delivery = DELIVERY_UNASKABLE};
    add_twin(world.base.scene, HOLDER_PID);
    world.base.scene->settings.log_format = LOG_JSON;
    lose(&world);
    SAID(&world, "\"event\":\"held\"");
    SAID(&world, "\"action\":\"forced\",\"signal\":\"forcing\"");
}

static void the_forcing_signal_that_is_denied(void **state)
{
    struct telling_world world = {
        .base.scene = *state, .delivery = DELIVERY_UNASKABLE, .ending = DELIVERY_DENIED};
    add_twin(world.base.scene, HOLDER_PID);
    lose(&world);
    SAID(&world, "not permitted to send forcing (");
}

/* While the claim goes on; at its end, who still holds the port is told in any case. */
static void what_a_dying_one_leaves_is_no_news(void **state)
{
    struct telling_world world = {
        .base.scene = *state,
        .delivery = DELIVERY_SENT,
        .seen_no_more = true,
    };
    add_twin(world.base.scene, HOLDER_PID);
    lose(&world);
    SAID(&world, "; sent asking\n");
    NOT_SAID(&world, "holder not visible; waiting");
    SAID(&world, "still held by a process of user 1000: unknown, holder not visible; ");
}

static void nobody_was_asked_so_it_is_news(void **state)
{
    struct telling_world world = {.base.scene = *state};
    add_twin(world.base.scene, HOLDER_PID)->visible = false;
    lose(&world);
    SAID(&world, "is held by a process of user 1000: unknown, holder not visible; waiting\n");
}

static void a_look_cut_short_does_not_say_not_visible(void **state)
{
    struct telling_world world = {.base.scene = *state, .look_ms = SLOW_MS};
    add_twin(world.base.scene, HOLDER_PID)->visible = false;
    lose(&world);
    SAID(&world, "still held by a process of user 1000: unknown, its process was not found in "
                 "time; look with ");
    NOT_SAID(&world, "not visible");
}

static void who_was_seen_before_is_named(void **state)
{
    struct telling_world world = {.base.scene = *state, .look_ms = WAIT_MS, .seen_once = true};
    add_stranger(world.base.scene, HOLDER_PID);
    lose(&world);
    SAID(&world, "is held by 300 \"stranger\"");
    SAID(&world, "last seen held by 300 \"stranger\"");
    NOT_SAID(&world, "a process of user");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("W06 by what it was asked", by_what_it_was_asked),
        TEST("W06 by what, in general", by_what_in_general),
        TEST("W06 who cannot be asked is ended at once, once", ended_at_once),
        TEST("W06 ended at once, as JSON", ended_at_once_as_json),
        TEST("S11 what was not permitted is named", the_forcing_signal_that_is_denied),
        TEST("what a dying one leaves is no news", what_a_dying_one_leaves_is_no_news),
        TEST("a holder that nobody sees is news", nobody_was_asked_so_it_is_news),
        TEST("R07 a look cut short does not say that nobody is visible",
             a_look_cut_short_does_not_say_not_visible),
        TEST("R02 who was seen before the last look was cut short is named",
             who_was_seen_before_is_named),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
