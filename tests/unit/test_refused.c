/*
 * One error for two things: Windows says WSAEACCES of a port that somebody holds exclusively, and
 * of one that it gives to nobody. Only what stands on the port tells them apart.
 */
#include "scene.h"

#include "core/claim.h"

enum { PORT = 18789, WAIT_MS = 2000 };

/* A host that refuses the call; who is asked to stop ends, and the holder is then gone. */
struct refusing_world {
    struct scene *scene;
    uint64_t now_ms;
    bool complete;
    bool gone;
    bool free_once_gone;
    int attempts;
    int signals;
    int warnings;
};

static uint64_t now_ms(void *context)
{
    return ((struct refusing_world *)context)->now_ms;
}

static uint64_t wall_clock_ms(void *context)
{
    (void)context;
    return 0;
}

static enum attempt attempt(void *context)
{
    struct refusing_world *world = context;
    world->attempts++;
    return world->gone && world->free_once_gone ? ATTEMPT_DONE : ATTEMPT_REFUSED;
}

static bool reuse_address(void *context)
{
    (void)context;
    return false;
}

static void observe(void *context, const struct request *request, uint64_t deadline_ms,
                    bool thorough, struct observation *observation)
{
    struct refusing_world *world = context;
    (void)request, (void)deadline_ms, (void)thorough;
    *observation = world->scene->observation;
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
    world->now_ms += milliseconds;
}

static void close_handle(void *context, int64_t handle)
{
    (void)context, (void)handle;
}

static enum lock lock(void *context, const struct request *request)
{
    (void)context, (void)request;
    return LOCK_TAKEN;
}

static void unlock(void *context)
{
    (void)context;
}

static void recall(void *context, const struct request *request, struct breaker_memory *memory)
{
    (void)context, (void)request;
    memory->count = 0;
}

static void remember(void *context, const struct request *request,
                     const struct breaker_memory *memory)
{
    (void)context, (void)request, (void)memory;
}

static void write_line(void *context, const char *line, size_t length)
{
    struct refusing_world *world = context;
    (void)length;
    if (strstr(line, "nobody holds it") != NULL)
        world->warnings++;
}

static const char *stop_name(void *context, enum stop how)
{
    (void)context;
    return how == STOP_ASK ? "ask" : "force";
}

static enum claim_result claim_in(struct refusing_world *world)
{
    static struct claim claim;
    const struct host host = {
        .context = world,
        .self_pid = SELF_PID,
        .now_ms = now_ms,
        .wall_clock_ms = wall_clock_ms,
        .attempt = attempt,
        .reuse_address = reuse_address,
        .observe = observe,
        .stop = stop,
        .wait = wait_for,
        .close = close_handle,
        .lock = lock,
        .unlock = unlock,
        .recall = recall,
        .remember = remember,
        .write = write_line,
        .stop_name = stop_name,
    };
    const struct request request = {.operation = OPERATION_BIND, .endpoint = {.port = PORT}};
    world->now_ms = SELF_START_MS;
    world->scene->settings.wait_ms = WAIT_MS;
    return claim_run(&claim, &world->scene->settings, &host, &request, NULL);
}

static void with_nobody_there_it_fails_at_once(void **state)
{
    struct refusing_world world = {.scene = *state, .complete = true};
    assert_int_equal(claim_in(&world), CLAIM_FAILED);
    assert_int_equal(world.attempts, 1);
    assert_int_equal(world.warnings, 1);
    assert_true(world.now_ms == SELF_START_MS);
}

static void a_stale_holder_is_stopped(void **state)
{
    struct refusing_world world = {.scene = *state, .complete = true, .free_once_gone = true};
    add_twin(world.scene, HOLDER_PID);
    assert_int_equal(claim_in(&world), CLAIM_WON);
    assert_int_equal(world.signals, 1);
    assert_int_equal(world.warnings, 0);
}

static void a_stranger_is_waited_for(void **state)
{
    struct refusing_world world = {.scene = *state, .complete = true};
    add_stranger(world.scene, HOLDER_PID);
    assert_int_equal(claim_in(&world), CLAIM_LOST);
    assert_int_equal(world.signals, 0);
    assert_true(world.now_ms == SELF_START_MS + WAIT_MS);
}

/* The end of its holder frees a port late: what was in use is waited for as long as it is. */
static void a_refusal_that_outlives_its_holder_is_waited_for(void **state)
{
    struct refusing_world world = {.scene = *state, .complete = true};
    add_twin(world.scene, HOLDER_PID);
    assert_int_equal(claim_in(&world), CLAIM_LOST);
    assert_int_equal(world.signals, 1);
    assert_int_equal(world.warnings, 0);
}

static void a_look_that_failed_is_no_proof(void **state)
{
    struct refusing_world world = {.scene = *state, .complete = false};
    assert_int_equal(claim_in(&world), CLAIM_LOST);
    assert_int_equal(world.warnings, 0);
    assert_true(world.now_ms == SELF_START_MS + WAIT_MS);
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
