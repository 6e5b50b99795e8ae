/*
 * From bind() to listen(): two that waited for the port can both bind it with SO_REUSEADDR, and
 * only one can listen. The other's listen() is claimed, and must not take the winner for a
 * leftover.
 */
#include "made_up_host.h"

/* A host in which the port stays busy: what is asked of it is counted. */
struct busy_world {
    struct made_up_world base;
    uint64_t inode; /* of the socket that the twin holds */
    int signals;
    enum attempt attempt;
};

static enum attempt attempt(void *context)
{
    return ((struct busy_world *)context)->attempt;
}

static void observe(void *context, const struct request *request, uint64_t deadline_ms,
                    bool thorough, struct observation *observation)
{
    struct busy_world *world = context;
    (void)request, (void)deadline_ms, (void)thorough;
    *observation = world->base.scene->observation;
    observation->holders[0].inodes[0] = world->inode;
    observation->holders[0].socket.inode = world->inode;
}

static enum delivery stop(void *context, int64_t handle, enum stop how, const char **name)
{
    (void)handle, (void)how, (void)name;
    ((struct busy_world *)context)->signals++;
    return DELIVERY_SENT;
}

static enum claim_result claim_as(struct busy_world *world, enum operation operation, uint16_t port,
                                  struct claim_history *history)
{
    static struct claim claim;
    struct host host = made_up_host(world);
    host.attempt = attempt;
    host.observe = observe;
    host.stop = stop;
    const struct request request = {.operation = operation, .endpoint = {.port = port}};
    world->base.scene->settings.log_target = LOG_NONE;
    return claim_run(&claim, &world->base.scene->settings, &host, &request, history);
}

enum { PORT = 18789, OTHER_PORT = 18790, INODE = 3000, NEW_INODE = 4000 };

/* bind() met a twin with one socket; listen() meets a listener with another socket. */
static int signals_at_listen(struct scene *scene, uint16_t port, uint64_t inode)
{
    struct claim_history history = {0};
    struct busy_world world = {.base = {scene, SELF_START_MS}, .inode = INODE};
    add_twin(scene, HOLDER_PID);
    world.attempt = ATTEMPT_DONE;
    assert_int_equal(claim_as(&world, OPERATION_BIND, PORT, &history), CLAIM_WON);
    world.signals = 0;
    world.inode = inode;
    world.attempt = ATTEMPT_BUSY;
    assert_int_equal(claim_as(&world, OPERATION_LISTEN, port, &history), CLAIM_LOST);
    return world.signals;
}

static void who_came_meanwhile_is_not_signalled(void **state)
{
    assert_int_equal(signals_at_listen(*state, PORT, NEW_INODE), 0);
}

static void who_was_there_before_is_signalled(void **state)
{
    assert_int_not_equal(signals_at_listen(*state, PORT, INODE), 0);
}

static void another_port_has_no_history(void **state)
{
    assert_int_not_equal(signals_at_listen(*state, OTHER_PORT, NEW_INODE), 0);
}

static void a_listen_without_a_bind_has_no_history(void **state)
{
    struct claim_history history = {0};
    struct busy_world world = {
        .base = {*state, SELF_START_MS}, .inode = NEW_INODE, .attempt = ATTEMPT_BUSY};
    add_twin(world.base.scene, HOLDER_PID);
    assert_int_equal(claim_as(&world, OPERATION_LISTEN, PORT, &history), CLAIM_LOST);
    assert_int_not_equal(world.signals, 0);
}

/* A claim in a signal handler, or in another thread, comes upon one that is not over. */
static void the_process_has_one_history(void **state)
{
    (void)state;
    struct claim_history *history = history_take();
    assert_non_null(history);
    assert_null(history_take());
    history_give(NULL);
    assert_null(history_take());
    history_give(history);
    assert_ptr_equal(history_take(), history);
    history_give(history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("N11 who took the port while we waited to bind is not stopped to listen",
             who_came_meanwhile_is_not_signalled),
        TEST("R09 who held it when we began is", who_was_there_before_is_signalled),
        TEST("R09 another port has no history", another_port_has_no_history),
        TEST("R09 a listen without a claimed bind has no history",
             a_listen_without_a_bind_has_no_history),
        TEST("O02 a claim within another does without the process's history",
             the_process_has_one_history),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
