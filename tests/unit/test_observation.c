/* The module observation: what a host writes down of the sockets and holders that it finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/observation.h"

static struct observation observation;

static struct socket socket_of(enum socket_state state, uint64_t inode)
{
    return (struct socket){.state = state, .inode = inode};
}

/* The first few, without a repetition; the one that stands most in the way is always among them. */
static void the_socket_most_in_the_way_is_kept(void **state)
{
    (void)state;
    observation_start(&observation);
    struct holder *holder = observation_new_holder(&observation);
    struct socket listener = socket_of(SOCKET_LISTENING, 1000);
    for (uint64_t inode = 1; inode <= 2 * HOLDER_INODES; inode++) {
        struct socket connection = socket_of(SOCKET_CONNECTED, inode);
        observation_give_socket(holder, &connection);
    }
    observation_give_socket(holder, &listener);
    observation_give_socket(holder, &listener);
    assert_int_equal(holder->socket.state, SOCKET_LISTENING);
    assert_int_equal(holder->inodes[0], 1000);
    assert_int_equal(holder->inode_count, HOLDER_INODES);
    for (uint32_t index = 1; index < holder->inode_count; index++)
        assert_int_not_equal(holder->inodes[index], 1000);
}

static void one_unseen_holder_for_each_user(void **state)
{
    (void)state;
    observation_start(&observation);
    for (uint32_t index = 0; index < 4; index++) {
        struct socket socket = socket_of(SOCKET_LISTENING, 10 + index);
        socket.owner_user = 1000 + index % 2;
        observation_add_invisible(&observation, &socket);
    }
    assert_int_equal(observation.holder_count, 2);
    assert_false(observation.holders[1].visible);
    assert_int_equal(observation.holders[1].socket.owner_user, 1001);
    assert_int_equal(observation.holders[1].inodes[0], 11);
    assert_true(observation.complete);
}

static void what_does_not_fit_is_missed(void **state)
{
    (void)state;
    static struct obstacles obstacles;
    observation_start(&observation);
    observation.holder_count = OBSERVATION_HOLDERS;
    assert_null(observation_new_holder(&observation));
    assert_false(observation.complete);
    observation_start(&observation);
    obstacles_start(&obstacles);
    assert_true(observation_take_obstacles(&observation, &obstacles));
    assert_true(observation.complete);
    obstacles.overflow = true;
    assert_false(observation_take_obstacles(&observation, &obstacles));
    assert_false(observation.complete);
}

static void what_was_not_read_in_time_is_missed(void **state)
{
    (void)state;
    observation_start(&observation);
    assert_true(observation_in_time(&observation, 99, 100));
    assert_true(observation.complete);
    assert_false(observation_in_time(&observation, 100, 100));
    assert_false(observation.complete);
    assert_non_null(observation.gap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"of many sockets the one most in the way is kept", the_socket_most_in_the_way_is_kept,
         NULL, NULL, NULL},
        {"one holder that is not seen for each user", one_unseen_holder_for_each_user, NULL, NULL,
         NULL},
        {"R07 what does not fit one look is missed", what_does_not_fit_is_missed, NULL, NULL, NULL},
        {"R07 what was not read in time is missed", what_was_not_read_in_time_is_missed, NULL, NULL,
         NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
