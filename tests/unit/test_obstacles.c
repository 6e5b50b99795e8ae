/* The module obstacles: which sockets stand in the way of a bind() or listen(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/obstacles.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { OWN_INODE = 999999 };

static struct endpoint endpoint_of(const char *string)
{
    struct endpoint endpoint;
    const char *error = NULL;
    if (!endpoint_parse(string, &endpoint, &error))
        fail_msg("\"%s\": %s", string, error);
    return endpoint;
}

static struct socket socket_of(enum socket_state state, const char *local, uint64_t inode)
{
    return (struct socket){.state = state, .local = endpoint_of(local), .inode = inode};
}

static struct request request_of(enum operation operation, const char *endpoint)
{
    return (struct request){
        .operation = operation, .endpoint = endpoint_of(endpoint), .own_inode = OWN_INODE};
}

/* A fresh set for every test; large, so not on the stack. */
static int make_obstacles(void **state)
{
    struct obstacles *obstacles = malloc(sizeof(*obstacles));
    if (obstacles == NULL)
        return -1;
    memset(obstacles, 0xff, sizeof(*obstacles));
    obstacles_start(obstacles);
    *state = obstacles;
    return 0;
}

static int free_obstacles(void **state)
{
    free(*state);
    return 0;
}

static void feed(struct obstacles *obstacles, const struct request *request,
                 enum socket_state state, const char *local, uint64_t inode)
{
    struct socket socket = socket_of(state, local, inode);
    obstacles_add(obstacles, request, &socket);
}

static void start_leaves_nothing(void **state)
{
    const struct obstacles *obstacles = *state;
    assert_int_equal(obstacles->count, 0);
    assert_int_equal(obstacles->closable, 0);
    assert_int_equal(obstacles->sending, 0);
    assert_false(obstacles->overflow);
}

/* Each socket alone before each operation. */
static void each_state_by_operation(void **state)
{
    static const struct {
        enum socket_state state;
        bool kept_for_bind;
        bool kept_for_listen;
        uint32_t closable;
        uint32_t sending;
    } rows[] = {
        {SOCKET_LISTENING, true, true, 0, 0},  {SOCKET_BOUND, true, false, 0, 0},
        {SOCKET_CONNECTED, true, false, 0, 0}, {SOCKET_CLOSABLE, false, false, 1, 0},
        {SOCKET_SENDING, false, false, 0, 1},
    };
    struct obstacles *obstacles = *state;
    for (size_t index = 0; index < COUNT(rows); index++) {
        struct request bind = request_of(OPERATION_BIND, "127.0.0.1:80");
        obstacles_start(obstacles);
        feed(obstacles, &bind, rows[index].state, "127.0.0.1:80", 7);
        assert_int_equal(obstacles->count, rows[index].kept_for_bind);
        assert_int_equal(obstacles->closable, rows[index].closable);
        assert_int_equal(obstacles->sending, rows[index].sending);
        struct request listen = request_of(OPERATION_LISTEN, "127.0.0.1:80");
        obstacles_start(obstacles);
        feed(obstacles, &listen, rows[index].state, "127.0.0.1:80", 7);
        assert_int_equal(obstacles->count, rows[index].kept_for_listen);
        assert_int_equal(obstacles->closable + obstacles->sending, 0);
    }
}

static void keeps_the_socket_as_it_is(void **state)
{
    struct obstacles *obstacles = *state;
    struct request request = request_of(OPERATION_BIND, "80");
    struct socket socket = socket_of(SOCKET_BOUND, "[fe80::1%2]:80", 7);
    socket.owner_user = 1000;
    obstacles_add(obstacles, &request, &socket);
    assert_int_equal(obstacles->count, 1);
    assert_memory_equal(&obstacles->sockets[0], &socket, sizeof(socket));
}

static void what_does_not_conflict_is_passed_over(void **state)
{
    struct obstacles *obstacles = *state;
    struct request request = request_of(OPERATION_BIND, "127.0.0.1:80");
    static const char *const others[] = {"127.0.0.2:80", "127.0.0.1:81", "[::1]:80",
                                         "udp:127.0.0.1:80"};
    for (size_t index = 0; index < COUNT(others); index++) {
        for (int kind = SOCKET_LISTENING; kind <= SOCKET_SENDING; kind++)
            feed(obstacles, &request, (enum socket_state)kind, others[index], index + 1);
    }
    struct socket ipv6_only = socket_of(SOCKET_LISTENING, "[::]:80", 50);
    ipv6_only.local.ipv6_only = true;
    obstacles_add(obstacles, &request, &ipv6_only);
    start_leaves_nothing(state);
}

static void the_own_socket_is_never_in_its_own_way(void **state)
{
    struct obstacles *obstacles = *state;
    struct request request = request_of(OPERATION_LISTEN, "127.0.0.1:80");
    feed(obstacles, &request, SOCKET_LISTENING, "127.0.0.1:80", OWN_INODE);
    request.operation = OPERATION_BIND;
    feed(obstacles, &request, SOCKET_BOUND, "127.0.0.1:80", OWN_INODE);
    assert_int_equal(obstacles->count, 0);
    request.own_inode = 0; /* unknown: a socket that no file refers to is not ours for that */
    feed(obstacles, &request, SOCKET_BOUND, "127.0.0.1:80", 0);
    feed(obstacles, &request, SOCKET_BOUND, "127.0.0.1:80", OWN_INODE);
    assert_int_equal(obstacles->count, 2);
}

static void accepted_connections_go_with_their_listener(void **state)
{
    struct obstacles *obstacles = *state;
    struct request request = request_of(OPERATION_BIND, "80");
    feed(obstacles, &request, SOCKET_LISTENING, "0.0.0.0:80", 1);
    feed(obstacles, &request, SOCKET_CONNECTED, "10.0.0.1:80", 2);
    feed(obstacles, &request, SOCKET_CLOSABLE, "10.0.0.1:80", 0);
    feed(obstacles, &request, SOCKET_SENDING, "10.0.0.1:80", 0);
    feed(obstacles, &request, SOCKET_CONNECTED, "[::ffff:10.0.0.1]:80", 3);
    assert_int_equal(obstacles->count, 1);
    assert_int_equal(obstacles->closable + obstacles->sending, 0);
    feed(obstacles, &request, SOCKET_CONNECTED, "[::1]:80", 4); /* not that listener's */
    feed(obstacles, &request, SOCKET_CLOSABLE, "[::1]:80", 0);
    assert_int_equal(obstacles->count, 2);
    assert_int_equal(obstacles->closable, 1);
}

static void a_bound_socket_accepts_nothing(void **state)
{
    struct obstacles *obstacles = *state;
    struct request request = request_of(OPERATION_BIND, "80");
    feed(obstacles, &request, SOCKET_BOUND, "80", 1);
    feed(obstacles, &request, SOCKET_CONNECTED, "127.0.0.1:80", 2);
    feed(obstacles, &request, SOCKET_CLOSABLE, "127.0.0.1:80", 0);
    assert_int_equal(obstacles->count, 2);
    assert_int_equal(obstacles->closable, 1);
}

/* A second listener, though the first took in its connections, behind a bound one. */
static void every_listener_is_asked(void **state)
{
    struct obstacles *obstacles = *state;
    struct request request = request_of(OPERATION_BIND, "80");
    feed(obstacles, &request, SOCKET_LISTENING, "127.0.0.1:80", 1);
    feed(obstacles, &request, SOCKET_BOUND, "127.0.0.2:80", 2);
    feed(obstacles, &request, SOCKET_LISTENING, "127.0.0.3:80", 3);
    feed(obstacles, &request, SOCKET_CONNECTED, "127.0.0.3:80", 4);
    assert_int_equal(obstacles->count, 3);
    feed(obstacles, &request, SOCKET_CONNECTED, "127.0.0.2:80", 5);
    feed(obstacles, &request, SOCKET_CONNECTED, "127.0.0.1:80", 6);
    assert_int_equal(obstacles->count, 4);
    assert_int_equal(obstacles->sockets[3].inode, 5);
}

/* SO_REUSEADDR lets it be bound beside a listener, in whose way it then is as well. */
static void a_bound_socket_counts_beside_a_listener(void **state)
{
    struct obstacles *obstacles = *state;
    struct request request = request_of(OPERATION_BIND, "80");
    feed(obstacles, &request, SOCKET_LISTENING, "0.0.0.0:80", 1);
    feed(obstacles, &request, SOCKET_BOUND, "127.0.0.1:80", 2);
    assert_int_equal(obstacles->count, 2);
}

static void duplicates_are_dropped(void **state)
{
    struct obstacles *obstacles = *state;
    struct request request = request_of(OPERATION_BIND, "80");
    struct socket mptcp = socket_of(SOCKET_LISTENING, "127.0.0.1:80", 1);
    mptcp.local.protocol = PROTOCOL_MPTCP;
    feed(obstacles, &request, SOCKET_LISTENING, "127.0.0.1:80", 1);
    obstacles_add(obstacles, &request, &mptcp);
    assert_int_equal(obstacles->count, 1);
    assert_int_equal(obstacles->sockets[0].local.protocol, PROTOCOL_TCP);
    mptcp.inode = 2;
    obstacles_add(obstacles, &request, &mptcp);
    obstacles_add(obstacles, &request, &mptcp);
    assert_int_equal(obstacles->count, 2);
}

static void sockets_without_inode_are_no_duplicates(void **state)
{
    struct obstacles *obstacles = *state;
    struct request request = request_of(OPERATION_BIND, "80");
    feed(obstacles, &request, SOCKET_LISTENING, "127.0.0.1:80", 0);
    feed(obstacles, &request, SOCKET_LISTENING, "127.0.0.2:80", 0);
    assert_int_equal(obstacles->count, 2);
}

static void more_than_fit_is_an_overflow(void **state)
{
    struct obstacles *obstacles = *state;
    struct request request = request_of(OPERATION_BIND, "80");
    for (uint64_t inode = 1; inode <= OBSTACLES_SOCKETS; inode++)
        feed(obstacles, &request, SOCKET_CONNECTED, "127.0.0.1:80", inode);
    assert_int_equal(obstacles->count, OBSTACLES_SOCKETS);
    feed(obstacles, &request, SOCKET_CONNECTED, "127.0.0.1:80", 1); /* the same again: no more */
    feed(obstacles, &request, SOCKET_CLOSABLE, "127.0.0.1:80", 0);
    assert_false(obstacles->overflow);
    feed(obstacles, &request, SOCKET_CONNECTED, "127.0.0.1:80", OBSTACLES_SOCKETS + 1);
    feed(obstacles, &request, SOCKET_CLOSABLE, "127.0.0.1:80", 0);
    assert_true(obstacles->overflow);
    assert_int_equal(obstacles->count, OBSTACLES_SOCKETS);
    assert_int_equal(obstacles->closable, 2);
    obstacles_start(obstacles);
    start_leaves_nothing(state);
}

static void connections_are_wanted_when_they_can_matter(void **state)
{
    static const struct {
        enum operation operation;
        const char *request;
        enum socket_state state;
        const char *socket;
        bool wanted;
    } rows[] = {
        {OPERATION_BIND, "127.0.0.1:80", SOCKET_LISTENING, "127.0.0.1:80", false},
        {OPERATION_BIND, "127.0.0.1:80", SOCKET_LISTENING, "0.0.0.0:80", false},
        {OPERATION_BIND, "0.0.0.0:80", SOCKET_LISTENING, "127.0.0.1:80", true},
        {OPERATION_BIND, "[::]:80", SOCKET_LISTENING, "0.0.0.0:80", true},
        {OPERATION_BIND, "0.0.0.0:80", SOCKET_LISTENING, "[::]:80", false},
        {OPERATION_BIND, "127.0.0.1:80", SOCKET_LISTENING, "127.0.0.2:80", true},
        {OPERATION_BIND, "127.0.0.1:80", SOCKET_BOUND, "127.0.0.1:80", true},
        {OPERATION_BIND, "udp:80", SOCKET_BOUND, "udp:80", true},
        {OPERATION_LISTEN, "127.0.0.1:80", SOCKET_BOUND, "127.0.0.1:80", false},
        {OPERATION_LISTEN, "0.0.0.0:80", SOCKET_LISTENING, "127.0.0.1:80", false},
    };
    struct obstacles *obstacles = *state;
    for (size_t index = 0; index < COUNT(rows); index++) {
        struct request request = request_of(rows[index].operation, rows[index].request);
        obstacles_start(obstacles);
        assert_int_equal(obstacles_want_connections(obstacles, &request),
                         rows[index].operation == OPERATION_BIND);
        feed(obstacles, &request, rows[index].state, rows[index].socket, 1);
        if (obstacles_want_connections(obstacles, &request) != rows[index].wanted)
            fail_msg("%s beside %s: want %d", rows[index].request, rows[index].socket,
                     rows[index].wanted);
    }
}

static void bound_sockets_are_wanted_when_they_can_matter(void **state)
{
    static const struct {
        enum operation operation;
        const char *request;
        bool reuses_address;
        const char *listener; /* NULL: none */
        enum bound_sockets wanted;
    } rows[] = {
        {OPERATION_BIND, "127.0.0.1:80", true, NULL, BOUND_WANTED},
        {OPERATION_BIND, "127.0.0.1:80", true, "127.0.0.1:80", BOUND_WANTED_IF_SHARED},
        {OPERATION_BIND, "127.0.0.1:80", true, "0.0.0.0:80", BOUND_WANTED_IF_SHARED},
        {OPERATION_BIND, "127.0.0.1:80", true, "[::]:80", BOUND_WANTED_IF_SHARED},
        {OPERATION_BIND, "127.0.0.1:80", false, "127.0.0.1:80", BOUND_WANTED},
        {OPERATION_BIND, "0.0.0.0:80", true, "127.0.0.1:80", BOUND_WANTED},
        {OPERATION_BIND, "[::]:80", true, "0.0.0.0:80", BOUND_WANTED},
        {OPERATION_BIND, "127.0.0.1:80", true, "127.0.0.1:81", BOUND_WANTED},
        {OPERATION_LISTEN, "127.0.0.1:80", true, NULL, BOUND_UNWANTED},
        {OPERATION_SHARE, "127.0.0.1:80", true, NULL, BOUND_UNWANTED},
    };
    struct obstacles *obstacles = *state;
    for (size_t index = 0; index < COUNT(rows); index++) {
        struct request request = request_of(rows[index].operation, rows[index].request);
        request.reuses_address = rows[index].reuses_address;
        obstacles_start(obstacles);
        if (rows[index].listener != NULL)
            feed(obstacles, &request, SOCKET_LISTENING, rows[index].listener, 1);
        if (obstacles_want_bound(obstacles, &request) != rows[index].wanted)
            fail_msg("row %zu: want %d", index, rows[index].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"start leaves nothing", start_leaves_nothing, make_obstacles, free_obstacles, NULL},
        {"each state by operation", each_state_by_operation, make_obstacles, free_obstacles, NULL},
        {"keeps the socket as it is", keeps_the_socket_as_it_is, make_obstacles, free_obstacles,
         NULL},
        {"R04 N13 what does not conflict is passed over", what_does_not_conflict_is_passed_over,
         make_obstacles, free_obstacles, NULL},
        {"the caller's own socket is never in its own way", the_own_socket_is_never_in_its_own_way,
         make_obstacles, free_obstacles, NULL},
        {"accepted connections go with their listener", accepted_connections_go_with_their_listener,
         make_obstacles, free_obstacles, NULL},
        {"a bound socket accepts nothing", a_bound_socket_accepts_nothing, make_obstacles,
         free_obstacles, NULL},
        {"a bound socket counts beside a listener", a_bound_socket_counts_beside_a_listener,
         make_obstacles, free_obstacles, NULL},
        {"every listener is asked for a connection", every_listener_is_asked, make_obstacles,
         free_obstacles, NULL},
        {"duplicates are dropped, the first stays", duplicates_are_dropped, make_obstacles,
         free_obstacles, NULL},
        {"sockets without an inode are no duplicates", sockets_without_inode_are_no_duplicates,
         make_obstacles, free_obstacles, NULL},
        {"more than fit is an overflow", more_than_fit_is_an_overflow, make_obstacles,
         free_obstacles, NULL},
        {"bound sockets are wanted when they can matter",
         bound_sockets_are_wanted_when_they_can_matter, make_obstacles, free_obstacles, NULL},
        {"connections are wanted when they can matter", connections_are_wanted_when_they_can_matter,
         make_obstacles, free_obstacles, NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
