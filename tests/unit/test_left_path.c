/*
 * The path that a Unix socket left: removed by one claim at a time, on what was seen with the lock,
 * and never in a dry run.
 */
#include "made_up_host.h"

enum { WAIT_MS = 500 };

struct path_world {
    struct made_up_world base;
    const char *obstruction;
    bool left;          /* the path is there, and nobody is bound to it */
    int busy_locks;     /* how often the lock is another's before it is ours */
    bool rival_removes; /* ... who removes the path and binds meanwhile */
    bool denied;        /* it cannot be removed */
    bool locked;        /* by us */
    int removals;       /* tried */
    int blind_removals; /* tried without the lock */
    char lines[4 * REPORT_LINE_SIZE];
};

static enum attempt attempt(void *context)
{
    const struct path_world *world = context;
    bool free = !world->left && world->obstruction == NULL && !world->rival_removes;
    return free ? ATTEMPT_DONE : ATTEMPT_BUSY;
}

static void observe(void *context, const struct request *request, uint64_t deadline_ms,
                    bool thorough, struct observation *observation)
{
    const struct path_world *world = context;
    (void)request, (void)deadline_ms, (void)thorough;
    *observation = world->base.scene->observation;
    observation->closable = world->left ? 1 : 0;
    observation->obstruction = world->obstruction;
}

static enum lock lock(void *context, const struct request *request)
{
    struct path_world *world = context;
    (void)request;
    if (world->busy_locks-- > 0)
        return LOCK_BUSY;
    if (world->rival_removes)
        world->left = false;
    world->locked = true;
    return LOCK_TAKEN;
}

static bool close_lingering(void *context, const struct request *request)
{
    struct path_world *world = context;
    (void)request;
    world->removals++;
    world->blind_removals += world->locked && world->left ? 0 : 1;
    if (world->denied)
        return false;
    world->left = false;
    return true;
}

static void write_line(void *context, const char *line, size_t length)
{
    struct path_world *world = context;
    assert_true(strlen(world->lines) + length < sizeof(world->lines));
    strncat(world->lines, line, length);
}

static enum claim_result claim_in(struct path_world *world)
{
    static struct claim claim;
    struct host host = made_up_host(world);
    struct request request = {.operation = OPERATION_BIND};
    host.attempt = attempt;
    host.observe = observe;
    host.lock = lock;
    host.close_lingering = close_lingering;
    host.write = write_line;
    endpoint_set_unix(&request.endpoint, "/run/a.sock", sizeof("/run/a.sock"));
    world->base.now_ms = SELF_START_MS;
    world->base.scene->settings.wait_ms = WAIT_MS;
    return claim_run(&claim, &world->base.scene->settings, &host, &request, NULL);
}

static void assert_said(const struct path_world *world, const char *words)
{
    if (strstr(world->lines, words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, world->lines);
}

static void it_is_removed_under_the_lock(void **state)
{
    struct path_world world = {.base.scene = *state, .left = true};
    assert_int_equal(claim_in(&world), CLAIM_WON);
    assert_int_equal(world.removals, 1);
    assert_int_equal(world.blind_removals, 0);
    assert_said(&world, "unix:/run/a.sock is held by nobody: a server that has ended left its "
                        "path; removed it\n");
    assert_said(&world, "the path of a server that has ended was removed\n");
}

static void a_rivals_path_is_not_removed(void **state)
{
    struct path_world world = {
        .base.scene = *state, .left = true, .busy_locks = 1, .rival_removes = true};
    assert_int_equal(claim_in(&world), CLAIM_LOST);
    assert_int_equal(world.removals, 0);
}

static void without_permission_it_says_so(void **state)
{
    struct path_world world = {.base.scene = *state, .left = true, .denied = true};
    assert_int_equal(claim_in(&world), CLAIM_LOST);
    assert_int_equal(world.blind_removals, 0);
    assert_said(&world, "it cannot be removed from here");
    assert_said(&world, "not claimed in 500 ms: the path that an ended server left is still there");
}

static void a_dry_run_removes_nothing(void **state)
{
    struct path_world world = {.base.scene = *state, .left = true};
    world.base.scene->settings.mode = MODE_DRY_RUN;
    assert_int_equal(claim_in(&world), CLAIM_LOST);
    assert_int_equal(world.removals, 0);
    assert_said(&world, "would remove it (dry run)");
}

static void what_else_stands_there_is_said_and_stays(void **state)
{
    struct path_world world = {.base.scene = *state, .obstruction = "a hedgehog"};
    assert_int_equal(claim_in(&world), CLAIM_LOST);
    assert_int_equal(world.removals, 0);
    assert_said(&world, "unix:/run/a.sock: a hedgehog\n");
    assert_said(&world, "not claimed in 500 ms: a hedgehog\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("a path that was left is removed, under the lock", it_is_removed_under_the_lock),
        TEST("N11 a path that a rival bound meanwhile stays", a_rivals_path_is_not_removed),
        TEST("a path that may not be removed is said to stay", without_permission_it_says_so),
        TEST("N16 a dry run removes no path", a_dry_run_removes_nothing),
        TEST("what is nobody's socket is said", what_else_stands_there_is_said_and_stays),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
