/*
 * One error for two things: Windows says WSAEACCES of a port that somebody holds exclusively, and
 * of one that it gives to nobody. Only what stands on the port tells them apart.
 */
#include "made_up_host.h"

enum { PORT = 18789, WAIT_MS = 2000 };

/* A host that refuses the call; who is asked to stop ends, and the holder is then gone. */
struct refusing_world {
    struct made_up_world base;
    bool complete;
    bool gone;
    bool free_once_gone;
    int attempts;
    int signals;
    int warnings;
};

static enum attempt attempt(void *context)
{
    struct refusing_world *world = context;
    world->attempts++;
    return world->gone && world->free_once_gone ? ATTEMPT_DONE : ATTEMPT_REFUSED;
}

static void observe(void *context, const struct request *request, uint64_t deadline_ms,
                    bool thorough, struct observation *observation)
{
    struct refusing_world *world = context;
    (void)request, (void)deadline_ms, (void)thorough;
    *observation = world->base.scene->observation;
    observation->complete = world->complete;
    if (world->gone)
        observation->holder_count = 0;
}

static enum delivery stop(void *context, int64_t handle, enum stop how, const char **name)
{
    struct refusing_world *world = context;
    (void)handle, (void)how, (void)name;
    world->signals++;
    world->gone = true;
    return DELIVERY_SENT;
}

static void wait_for(void *context, const int64_t *handles, bool *ended, uint32_t count,
                     uint64_t milliseconds)
{
    struct refusing_world *world = context;
    (void)handles;
    for (uint32_t index = 0; index < count; index++)
        ended[index] = world->gone;
    world->base.now_ms += milliseconds;
}

static void write_line(void *context, const char *line, size_t length)
{
    struct refusing_world *world = context;
    (void)length;
    if (strstr(line, "nobody holds it") != NULL)
        world->warnings++;
}

static enum claim_result claim_in(struct refusing_world *world)
{
    static struct claim claim;
    struct host host = made_up_host(world);
    host.attempt = attempt;
    host.observe = observe;
    host.stop = stop;
    host.wait = wait_for;
    host.write = write_line;
    const struct request request = {.operation = OPERATION_BIND, .endpoint = {.port = PORT}};
    world->base.now_ms = SELF_START_MS;
    world->base.scene->settings.wait_ms = WAIT_MS;
    return claim_run(&claim, &world->base.scene->settings, &host, &request, NULL);
}

static void with_nobody_there_it_fails_at_once(void **state)
{
    struct refusing_world world = {.base.scene = *state, .complete = true};
    assert_int_equal(claim_in(&world), CLAIM_FAILED);
    assert_int_equal(world.attempts, 1);
    assert_int_equal(world.warnings, 1);
    assert_true(world.base.now_ms == SELF_START_MS);
}

static void a_stale_holder_is_stopped(void **state)
{
    struct refusing_world world = {.base.scene = *state, .complete = true, .free_once_gone = true};
    add_twin(world.base.scene, HOLDER_PID);
    assert_int_equal(claim_in(&world), CLAIM_WON);
    assert_int_equal(world.signals, 1);
    assert_int_equal(world.warnings, 0);
}

static void a_stranger_is_waited_for(void **state)
{
    struct refusing_world world = {.base.scene = *state, .complete = true};
    add_stranger(world.base.scene, HOLDER_PID);
    assert_int_equal(claim_in(&world), CLAIM_LOST);
    assert_int_equal(world.signals, 0);
    assert_true(world.base.now_ms == SELF_START_MS + WAIT_MS);
}

/* The end of its holder frees a port late: what was in use is waited for as long as it is. */
static void a_refusal_that_outlives_its_holder_is_waited_for(void **state)
{
    struct refusing_world world = {.base.scene = *state, .complete = true};
    add_twin(world.base.scene, HOLDER_PID);
    assert_int_equal(claim_in(&world), CLAIM_LOST);
    assert_int_equal(world.signals, 1);
    assert_int_equal(world.warnings, 0);
}

static void a_look_that_failed_is_no_proof(void **state)
{
    struct refusing_world world = {.base.scene = *state, .complete = false};
    assert_int_equal(claim_in(&world), CLAIM_LOST);
    assert_int_equal(world.warnings, 0);
    assert_true(world.base.now_ms == SELF_START_MS + WAIT_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("W02 refused with nobody there: fails at once, with a hint",
             with_nobody_there_it_fails_at_once),
        TEST("W02 refused with a stale holder there: it is stopped", a_stale_holder_is_stopped),
        TEST("W02 refused with a stranger there: waited for", a_stranger_is_waited_for),
        TEST("W02 refused beyond its holder's end: waited for",
             a_refusal_that_outlives_its_holder_is_waited_for),
        TEST("W04 refused and nobody could look: waited for", a_look_that_failed_is_no_proof),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
