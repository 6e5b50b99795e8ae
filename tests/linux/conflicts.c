/*
 * conflicts: binds every socket of a list beside every other, for real, and compares what the
 * kernel says with what portclaim sees in the way: the one described by request.c, the other listed
 * by sockets.c, both compared by the rule of core/endpoint.c. Then what is passed over beside a
 * listener (obstacles_want_bound()). Prints TAP. In a network of its own with two devices, named by
 * the arguments, which both have fe80::1 and of which the first has 10.9.0.1.
 */
#include "linux/request.h"
#include "linux/shared_port.h"
#include "linux/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

enum { PORT = 18789, OTHER_PORT = 9 /* discard */, NOWHERE = 0, FIRST = 1, SECOND = 2 };
enum protocols { TCP = 1, MPTCP = 2, UDP = 4, STREAMS = TCP | MPTCP, ALL = STREAMS | UDP };

/* What is done with it before another is bound beside it. */
enum state { BOUND, LISTENING, CONNECTED, STATES };

static const struct place {
    const char *address;
    int scope;  /* FIRST or SECOND: the device of the address */
    int device; /* likewise, of SO_BINDTODEVICE */
    int ipv6_only;
    int protocols;
} places[] = {
    {"0.0.0.0", NOWHERE, NOWHERE, 0, ALL},
    {"0.0.0.0", NOWHERE, FIRST, 0, ALL},
    {"0.0.0.0", NOWHERE, SECOND, 0, ALL},
    {"127.0.0.1", NOWHERE, NOWHERE, 0, ALL},
    {"127.0.0.2", NOWHERE, NOWHERE, 0, STREAMS},
    {"10.9.0.1", NOWHERE, NOWHERE, 0, ALL},
    {"10.9.0.1", NOWHERE, FIRST, 0, TCP | UDP},
    {"10.9.0.1", NOWHERE, SECOND, 0, TCP | UDP},
    {"192.0.2.1", NOWHERE, NOWHERE, 0, TCP | UDP}, /* nobody's: IP_FREEBIND */
    {"224.0.0.251", NOWHERE, NOWHERE, 0, UDP},
    {"::", NOWHERE, NOWHERE, 0, ALL},
    {"::", NOWHERE, NOWHERE, 1, ALL},
    {"::", NOWHERE, FIRST, 0, TCP | UDP},
    {"::", NOWHERE, SECOND, 1, TCP | UDP},
    {"::1", NOWHERE, NOWHERE, 0, ALL},
    {"::1", NOWHERE, NOWHERE, 1, TCP | UDP},
    {"::ffff:127.0.0.1", NOWHERE, NOWHERE, 0, ALL},
    {"::ffff:0.0.0.0", NOWHERE, NOWHERE, 0, TCP | UDP},
    {"fe80::1", FIRST, NOWHERE, 0, ALL},
    {"fe80::1", SECOND, NOWHERE, 0, ALL},
    {"fe80::1", NOWHERE, FIRST, 0, TCP | UDP},
    {"fe80::1", SECOND, FIRST, 0, TCP | UDP}, /* the scope counts, not the device */
    {"2001:db8::1", NOWHERE, NOWHERE, 0, TCP | UDP},
    {"ff02::fb", FIRST, NOWHERE, 0, UDP},
    {"ff02::fb", SECOND, NOWHERE, 0, UDP},
    {"ff01::fb", SECOND, NOWHERE, 0, UDP},
    {"ff05::fb", NOWHERE, NOWHERE, 0, UDP},
};

enum { PLACES = sizeof(places) / sizeof(places[0]), MOST_SEEN = 8 };

static char **devices; /* by FIRST and SECOND: the program's arguments */

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    };
    socklen_t length;
};

static void die(const char *what)
{
    printf("Bail out! %s: %s\n", what, strerror(errno));
    exit(2);
}

static void set(int descriptor, int level, int option, int value)
{
    if (setsockopt(descriptor, level, option, &value, sizeof(value)) != 0)
        die("setsockopt");
}

static struct address address_of(const char *string, int scope, int port)
{
    struct address address;
    memset(&address, 0, sizeof(address));
    address.length = sizeof(address.ipv4);
    address.ipv4.sin_family = AF_INET;
    address.ipv4.sin_port = htons((uint16_t)port); /* sin6_port is at the same place */
    if (inet_pton(AF_INET, string, &address.ipv4.sin_addr) == 1)
        return address;
    address.length = sizeof(address.ipv6);
    address.ipv6.sin6_family = AF_INET6;
    if (inet_pton(AF_INET6, string, &address.ipv6.sin6_addr) != 1)
        die(string);
    if (scope != NOWHERE)
        address.ipv6.sin6_scope_id = if_nametoindex(devices[scope]);
    return address;
}

static int open_socket(const struct place *place, int protocol)
{
    bool ipv6 = strchr(place->address, ':') != NULL;
    int type = protocol == UDP ? SOCK_DGRAM : SOCK_STREAM;
    int descriptor = socket(ipv6 ? AF_INET6 : AF_INET, type, protocol == MPTCP ? IPPROTO_MPTCP : 0);
    if (descriptor < 0)
        die("socket");
    set(descriptor, IPPROTO_IP, IP_FREEBIND, 1);
    if (ipv6)
        set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, place->ipv6_only);
    if (place->device != NOWHERE &&
        setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, devices[place->device],
                   (socklen_t)strlen(devices[place->device])) != 0)
        die("SO_BINDTODEVICE");
    return descriptor;
}

/* A datagram socket that is connected has a local address, though it was bound to none. */
static bool bring_to(int descriptor, const struct place *place, enum state state)
{
    if (state == LISTENING && listen(descriptor, 1) != 0)
        die("listen");
    if (state != CONNECTED)
        return true;
    bool ipv6 = strchr(place->address, ':') != NULL;
    bool mapped = strncmp(place->address, "::ffff:", strlen("::ffff:")) == 0;
    struct address peer = address_of(!ipv6    ? "127.0.0.1"
                                     : mapped ? "::ffff:127.0.0.1"
                                              : "::1",
                                     NOWHERE, OTHER_PORT);
    return connect(descriptor, &peer.any, peer.length) == 0;
}

static const char *name_of(int protocol)
{
    return protocol == TCP ? "tcp" : protocol == MPTCP ? "mptcp" : "udp";
}

static void show(const struct place *place, int protocol)
{
    printf("%s %s", name_of(protocol), place->address);
    if (place->scope != NOWHERE)
        printf("%%%s", devices[place->scope]);
    if (place->device != NOWHERE)
        printf(" on %s", devices[place->device]);
    printf("%s", place->ipv6_only ? " v6only" : "");
}

/* ---- what portclaim sees ---- */

static struct socket seen[MOST_SEEN];
static int seen_count;

static void take(void *context, const struct listed_socket *listed)
{
    (void)context;
    if (seen_count == MOST_SEEN)
        die("so many sockets");
    seen[seen_count++] = listed->socket;
}

/* Once for each first socket: the kernel walks big tables for every question. */
static void look(void)
{
    static _Alignas(16) char buffer[SOCKETS_BUFFER_SIZE];
    seen_count = 0;
    if (!sockets_list(PROTOCOL_TCP, PORT, true, buffer, take, NULL) ||
        !sockets_list(PROTOCOL_UDP, PORT, true, buffer, take, NULL))
        die("sock_diag");
}

/* Is any of it in the way of binding this one? */
static bool is_obstructed(int descriptor, const struct address *address)
{
    static struct obstacles obstacles;
    struct request request;
    if (!request_describe(descriptor, OPERATION_BIND, &address->any, address->length, &request))
        die("describing it");
    obstacles_start(&obstacles);
    for (int index = 0; index < seen_count; index++)
        obstacles_add(&obstacles, &request, &seen[index]);
    return obstacles.count > 0;
}

/* ---- beside a listener ---- */

/* What a socket of TCP is bound with. */
struct options {
    bool reuses; /* SO_REUSEADDR */
    bool shares; /* SO_REUSEPORT */
};

static const struct options reusing = {.reuses = true};

/* A socket of TCP, bound to that place; -1 when there is one in its way. */
static int bind_with(const struct options *options, const struct place *place)
{
    struct address address = address_of(place->address, place->scope, PORT);
    int descriptor = open_socket(place, TCP);
    set(descriptor, SOL_SOCKET, SO_REUSEADDR, options->reuses);
    set(descriptor, SOL_SOCKET, SO_REUSEPORT, options->shares);
    if (bind(descriptor, &address.any, address.length) == 0)
        return descriptor;
    if (errno != EADDRINUSE)
        die("bind");
    close(descriptor);
    return -1;
}

/* Of who wants to bind there, with SO_REUSEADDR, or is bound there. */
static struct request request_for(const struct place *place)
{
    struct address address = address_of(place->address, place->scope, PORT);
    struct request request;
    int descriptor = open_socket(place, TCP);
    if (!request_describe(descriptor, OPERATION_BIND, &address.any, address.length, &request))
        die("describing it");
    close(descriptor);
    request.own_inode = 0;
    request.reuses_address = true;
    return request;
}

static bool is_passed_over(const struct place *listener, const struct place *newcomer)
{
    static struct obstacles obstacles;
    struct request request = request_for(newcomer);
    struct socket socket = {.inode = 1, .state = SOCKET_LISTENING};
    socket.local = request_for(listener).endpoint;
    obstacles_start(&obstacles);
    obstacles_add(&obstacles, &request, &socket);
    return obstacles_want_bound(&obstacles, &request) != BOUND_WANTED &&
           !shared_port_is_possible(&request.endpoint, geteuid());
}

struct beside {
    int passed_over; /* places where nobody asked who is only bound */
    int wrong;       /* of those, in whose way the bound one was */
    int in_the_way;  /* of the others */
};

/* The one that is only bound stays, the listener has gone: who can bind now? */
static void bind_everywhere(struct beside *beside, const struct place *bound,
                            const struct place *listener, const bool *passed_over)
{
    for (int newcomer = 0; newcomer < PLACES; newcomer++) {
        if ((places[newcomer].protocols & TCP) == 0)
            continue;
        int descriptor = bind_with(&reusing, &places[newcomer]);
        bool in_the_way = descriptor < 0;
        if (descriptor >= 0)
            close(descriptor);
        beside->passed_over += passed_over[newcomer];
        beside->in_the_way += in_the_way && !passed_over[newcomer];
        if (!in_the_way || !passed_over[newcomer])
            continue;
        beside->wrong++;
        printf("# beside the listener ");
        show(listener, TCP);
        printf(", ");
        show(bound, TCP);
        printf(" is not looked at, and is in the way of ");
        show(&places[newcomer], TCP);
        printf("\n");
    }
}

/* How one is bound, before another listens. */
static const struct way {
    struct options bound;
    bool reuses_no_more; /* once it is bound */
    struct options listener;
} ways[] = {
    {.bound = {.reuses = true}, .listener = {.reuses = true}},
    {.bound = {.reuses = true}, .reuses_no_more = true, .listener = {.reuses = true}},
    {.bound = {.shares = true}, .listener = {.shares = true}},
    {.bound = {.shares = true}, .listener = {.reuses = true, .shares = true}},
};

static void stand_beside(struct beside *beside, const struct way *way, const struct place *bound,
                         const struct place *listener)
{
    bool passed_over[PLACES];
    int first = bind_with(&way->bound, bound);
    if (way->reuses_no_more)
        set(first, SOL_SOCKET, SO_REUSEADDR, 0);
    int second = bind_with(&way->listener, listener);
    bool there = second >= 0 && listen(second, 1) == 0;
    for (int newcomer = 0; newcomer < PLACES; newcomer++)
        passed_over[newcomer] = is_passed_over(listener, &places[newcomer]);
    if (second >= 0)
        close(second);
    if (there)
        bind_everywhere(beside, bound, listener, passed_over);
    close(first);
}

/*
 * What is bound can stand beside a listener without SO_REUSEADDR if they have nothing in common, or
 * share the port.
 */
static bool check_beside_listeners(void)
{
    struct beside beside = {0};
    for (int bound = 0; bound < PLACES; bound++) {
        for (int listener = 0; listener < PLACES; listener++) {
            if ((places[bound].protocols & places[listener].protocols & TCP) == 0)
                continue;
            for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++)
                stand_beside(&beside, &ways[way], &places[bound], &places[listener]);
        }
    }
    bool passed = beside.wrong == 0 && beside.passed_over > 0 && beside.in_the_way > 0;
    printf("%s 2 - beside a listener: %d places where who is only bound is passed over, in %d of "
           "them wrongly; in the way of %d others\n",
           passed ? "ok" : "not ok", beside.passed_over, beside.wrong, beside.in_the_way);
    return passed;
}

/* ---- all pairs ---- */

struct tally {
    int pairs;
    int conflicts;
    int wrong;
};

/*
 * The one thing that is not seen: a datagram socket bound to :: that got a local address by
 * connect() goes on blocking 0.0.0.0, and no other of IPv4 (inet_rcv_saddr_equal(); its IPv4
 * address is 127.0.0.6 then: LOOPBACK4_IPV6), and whether it has IPV6_V6ONLY is no longer told.
 * Such a holder is not found, and nobody is stopped.
 */
static bool is_unseen(const struct place *first, enum state state, const struct place *second)
{
    return state == CONNECTED && strcmp(first->address, "::") == 0 && !first->ipv6_only &&
           strcmp(second->address, "0.0.0.0") == 0;
}

static void compare(struct tally *tally, const struct place *first, int first_protocol,
                    enum state state, const struct place *second, int second_protocol)
{
    static const char *const states[] = {"bound", "listening", "connected"};
    struct address address = address_of(second->address, second->scope, PORT);
    int descriptor = open_socket(second, second_protocol);
    bool obstructed = is_obstructed(descriptor, &address);
    int error = bind(descriptor, &address.any, address.length) == 0 ? 0 : errno;
    tally->pairs++;
    tally->conflicts += error == EADDRINUSE;
    close(descriptor);
    if ((error == 0 || error == EADDRINUSE) && obstructed == (error == EADDRINUSE))
        return;
    if (is_unseen(first, state, second) && error == EADDRINUSE)
        return;
    tally->wrong++;
    printf("# ");
    show(first, first_protocol);
    printf(" (%s) and ", states[state]);
    show(second, second_protocol);
    printf(": the kernel says %s, portclaim sees %s\n", error == 0 ? "yes" : strerror(error),
           obstructed ? "it in the way" : "nothing");
}

static void compare_with_all(struct tally *tally, const struct place *first, int protocol,
                             enum state state)
{
    struct address address = address_of(first->address, first->scope, PORT);
    int descriptor = open_socket(first, protocol);
    if (bind(descriptor, &address.any, address.length) != 0) {
        show(first, protocol);
        die("bind");
    }
    bool there = bring_to(descriptor, first, state);
    look();
    for (int second = 0; there && second < PLACES; second++) {
        for (int other = TCP; other <= UDP; other *= 2) {
            if ((places[second].protocols & other) != 0)
                compare(tally, first, protocol, state, &places[second], other);
        }
    }
    close(descriptor);
}

static bool is_possible(int protocol, enum state state)
{
    return state == BOUND || (state == CONNECTED) == (protocol == UDP);
}

int main(int argc, char **argv)
{
    struct tally tally = {0};
    if (argc != 3) {
        fputs("usage: conflicts DEVICE OTHER-DEVICE\n", stderr);
        return 2;
    }
    devices = argv;
    puts("1..2");
    for (int first = 0; first < PLACES; first++) {
        for (int protocol = TCP; protocol <= UDP; protocol *= 2) {
            for (int state = BOUND; state < STATES; state++) {
                if ((places[first].protocols & protocol) != 0 && is_possible(protocol, state))
                    compare_with_all(&tally, &places[first], protocol, state);
            }
        }
    }
    bool passed = tally.wrong == 0 && tally.conflicts > 0;
    printf("%s 1 - the kernel agrees: %d pairs, %d conflicts, %d wrong\n", passed ? "ok" : "not ok",
           tally.pairs, tally.conflicts, tally.wrong);
    return check_beside_listeners() && passed ? 0 : 1;
}
