/* The module endpoint: which address keeps which from being bound. */
#include "endpoints.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- by the book ---- */

/* "v6only " before an endpoint sets that option. */
static struct endpoint parse_bound(const char *string)
{
    static const char option[] = "v6only ";
    bool ipv6_only = text_starts_with(string, option);
    struct endpoint endpoint = parse(ipv6_only ? string + sizeof(option) - 1 : string);
    endpoint.ipv6_only = ipv6_only;
    return endpoint;
}

struct pair {
    const char *left;
    const char *right;
    bool conflict;
};

static void check_pairs(const struct pair *pairs, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        struct endpoint left = parse_bound(pairs[index].left);
        struct endpoint right = parse_bound(pairs[index].right);
        if (endpoint_conflicts(&left, &right) != pairs[index].conflict ||
            endpoint_conflicts(&right, &left) != pairs[index].conflict)
            fail_msg("%s and %s: want %d", pairs[index].left, pairs[index].right,
                     pairs[index].conflict);
    }
}

static void another_local_address_does_not_matter(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"127.0.0.1:80", "127.0.0.1:80", true},
        {"127.0.0.1:80", "127.0.0.2:80", false},
        {"127.0.0.1:80", "0.0.0.0:80", true},
        {"0.0.0.0:80", "0.0.0.0:80", true},
        {"[::1]:80", "[::1]:80", true},
        {"[::1]:80", "[::2]:80", false},
        {"[::1]:80", "127.0.0.1:80", false},
        {"[::1]:80", "0.0.0.0:80", false},
        {"[::ffff:127.0.0.1]:80", "127.0.0.1:80", true},
        {"[::ffff:127.0.0.1]:80", "127.0.0.2:80", false},
        {"[::ffff:0.0.0.0]:80", "127.0.0.1:80", true},
        {"[::ffff:0.0.0.0]:80", "[::1]:80", false},
        {"[::]:80", "[::1]:80", true},
        {"[::]:80", "[::]:80", true},
    };
    check_pairs(pairs, COUNT(pairs));
}

static void dual_stack_wildcard_conflicts_with_ipv4(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"[::]:80", "0.0.0.0:80", true},
        {"[::]:80", "127.0.0.1:80", true},
        {"[::]:80", "[::ffff:127.0.0.1]:80", true},
        {"80", "0.0.0.0:80", true},
    };
    check_pairs(pairs, COUNT(pairs));
}

static void ipv6_only_wildcard_spares_ipv4(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"v6only [::]:80", "0.0.0.0:80", false},
        {"v6only [::]:80", "127.0.0.1:80", false},
        {"v6only [::]:80", "[::ffff:127.0.0.1]:80", false},
        {"v6only [::]:80", "[::1]:80", true},
        {"v6only [::]:80", "[::]:80", true},
        {"v6only [::]:80", "v6only [::]:80", true},
        {"v6only [::1]:80", "[::]:80", true},
        {"v6only [::1]:80", "127.0.0.1:80", false},
    };
    check_pairs(pairs, COUNT(pairs));
}

static void other_ports_and_protocols_do_not_conflict(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"127.0.0.1:80", "127.0.0.1:81", false},
        {"0.0.0.0:80", "0.0.0.0:81", false},
        {"[::]:80", "[::]:81", false},
        {"tcp:127.0.0.1:53", "udp:127.0.0.1:53", false},
        {"tcp:53", "udp:53", false},
        {"udp:53", "udp:127.0.0.1:53", true},
    };
    check_pairs(pairs, COUNT(pairs));
}

static void other_devices_do_not_conflict(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"0.0.0.0%1:80", "0.0.0.0%2:80", false}, {"0.0.0.0%1:80", "0.0.0.0%1:80", true},
        {"0.0.0.0%1:80", "0.0.0.0:80", true},    {"[fe80::1%1]:80", "[fe80::1%2]:80", false},
        {"[fe80::1%2]:80", "[::]:80", true},     {"[fe80::1%2]:80", "[::%3]:80", false},
    };
    check_pairs(pairs, COUNT(pairs));
}

static void mptcp_shares_the_ports_of_tcp(void **state)
{
    (void)state;
    struct endpoint tcp = parse("127.0.0.1:80");
    struct endpoint mptcp = parse("80");
    mptcp.protocol = PROTOCOL_MPTCP;
    assert_true(endpoint_conflicts(&tcp, &mptcp));
    assert_true(endpoint_conflicts(&mptcp, &tcp));
    assert_true(endpoint_conflicts(&mptcp, &mptcp));
    assert_true(endpoint_covers(&mptcp, &tcp));
    struct endpoint udp = parse("udp:80");
    assert_false(endpoint_conflicts(&mptcp, &udp));
    struct endpoint sctp = parse("sctp:80");
    assert_false(endpoint_conflicts(&mptcp, &sctp));
    assert_false(endpoint_conflicts(&sctp, &tcp));
    assert_false(endpoint_conflicts(&sctp, &udp));
    assert_true(endpoint_conflicts(&sctp, &sctp));
}

/* ---- as sets ---- */

/*
 * An endpoint as the set of all single places that it takes in, one bit each. It knows nothing of
 * the rule: two conflict when they have a place in common, one covers the other when it has all of
 * the other's.
 */
enum {
    PLACE_PORTS = 2,
    PLACE_SPACES = 2,
    PLACE_DEVICES = 3, /* 1, 2 and any other */
    PLACE_ADDRESSES = 6,
    IPV4_BYTES = 4,
    MAPPED_PREFIX_BYTES = 12,
};

static const char *const place_addresses[PLACE_ADDRESSES] = {
    "127.0.0.1:80", "127.0.0.2:80", "9.9.9.9:80", "[::1]:80", "[fe80::1]:80", "[9::9]:80",
};

static bool takes_in(const struct endpoint *endpoint, const char *place, bool ipv4_place)
{
    struct in6_addr mapped_any = {{{[10] = 0xff, [11] = 0xff}}};
    struct endpoint single = parse(place);
    bool ipv4 = endpoint->family == FAMILY_IPV4;
    bool mapped = !ipv4 && memcmp(endpoint->address, &mapped_any, MAPPED_PREFIX_BYTES) == 0;
    uint8_t wanted[ENDPOINT_ADDRESS_SIZE] = {0};
    if (ipv4 || mapped)
        memcpy(wanted, endpoint->address + (mapped ? MAPPED_PREFIX_BYTES : 0), IPV4_BYTES);
    else
        memcpy(wanted, endpoint->address, sizeof(wanted));
    static const uint8_t any[ENDPOINT_ADDRESS_SIZE];
    if (memcmp(wanted, any, sizeof(any)) == 0)
        return ipv4_place ? ipv4 || mapped || !endpoint->ipv6_only : !ipv4 && !mapped;
    return ipv4_place == (ipv4 || mapped) && memcmp(wanted, single.address, sizeof(wanted)) == 0;
}

static bool contains(const struct endpoint *endpoint, unsigned port, unsigned space,
                     unsigned device, unsigned address)
{
    bool ipv4_place = place_addresses[address][0] != '[';
    return endpoint->port == 80 + port && (endpoint->protocol == PROTOCOL_UDP) == (space == 1) &&
           (endpoint->device == 0 || endpoint->device == device + 1) &&
           takes_in(endpoint, place_addresses[address], ipv4_place);
}

static void find_places(const struct endpoint *endpoint, bool *places)
{
    for (unsigned port = 0; port < PLACE_PORTS; port++) {
        for (unsigned space = 0; space < PLACE_SPACES; space++) {
            for (unsigned device = 0; device < PLACE_DEVICES; device++) {
                for (unsigned address = 0; address < PLACE_ADDRESSES; address++)
                    *places++ = contains(endpoint, port, space, device, address);
            }
        }
    }
}

enum {
    PLACES = PLACE_PORTS * PLACE_SPACES * PLACE_DEVICES * PLACE_ADDRESSES,
    MOST_ENDPOINTS = 512,
};

struct place_set {
    struct endpoint endpoint;
    bool places[PLACES];
};

static size_t make_every_endpoint(struct place_set *sets)
{
    static const char *const addresses[] = {
        "0.0.0.0:80", "127.0.0.1:80", "127.0.0.2:80",          "[::]:80",
        "[::1]:80",   "[fe80::1]:80", "[::ffff:127.0.0.1]:80", "[::ffff:0.0.0.0]:80",
    };
    size_t count = 0;
    for (unsigned choice = 0; choice < COUNT(addresses) * 2 * 2 * 3 * 3; choice++) {
        struct place_set *set = &sets[count++];
        unsigned rest = choice;
        set->endpoint = parse(addresses[rest % COUNT(addresses)]);
        rest /= COUNT(addresses);
        set->endpoint.ipv6_only = rest % 2 == 1;
        rest /= 2;
        set->endpoint.port = (uint16_t)(80 + rest % 2);
        rest /= 2;
        set->endpoint.device = rest % 3;
        rest /= 3;
        set->endpoint.protocol = (enum protocol)rest;
        find_places(&set->endpoint, set->places);
    }
    return count;
}

static void check_sets(const struct place_set *left, const struct place_set *right)
{
    bool overlap = false;
    bool covered = true;
    for (size_t place = 0; place < PLACES; place++) {
        overlap = overlap || (left->places[place] && right->places[place]);
        covered = covered && (left->places[place] || !right->places[place]);
    }
    bool conflicts = endpoint_conflicts(&left->endpoint, &right->endpoint);
    bool covers = endpoint_covers(&left->endpoint, &right->endpoint);
    if (conflicts != overlap || covers != covered) {
        char shown[2][ENDPOINT_TEXT_SIZE];
        print(&left->endpoint, shown[0]);
        print(&right->endpoint, shown[1]);
        fail_msg("%s and %s: conflict %d, want %d; covers %d, want %d", shown[0], shown[1],
                 conflicts, overlap, covers, covered);
    }
}

/* Every endpoint with every other in both orders, so that the rule is symmetric as well. */
static void conflict_and_cover_are_those_of_sets(void **state)
{
    (void)state;
    struct place_set *sets = calloc(MOST_ENDPOINTS, sizeof(*sets));
    assert_non_null(sets);
    size_t count = make_every_endpoint(sets);
    assert_in_range(count, 1, MOST_ENDPOINTS);
    for (size_t left = 0; left < count; left++) {
        for (size_t right = 0; right < count; right++)
            check_sets(&sets[left], &sets[right]);
    }
    free(sets);
}

/* ---- the kernel's own answer ---- */

static socklen_t socket_address(const struct endpoint *endpoint, struct sockaddr_storage *address)
{
    memset(address, 0, sizeof(*address));
    if (endpoint->family == FAMILY_IPV4) {
        struct sockaddr_in *ipv4 = (struct sockaddr_in *)address;
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(endpoint->port);
        memcpy(&ipv4->sin_addr, endpoint->address, sizeof(ipv4->sin_addr));
        return sizeof(*ipv4);
    }
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)address;
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_port = htons(endpoint->port);
    memcpy(&ipv6->sin6_addr, endpoint->address, sizeof(ipv6->sin6_addr));
    return sizeof(*ipv6);
}

/* Binds the endpoint; port 0 becomes the one that the kernel chose. Returns -1 and errno. */
static int bind_endpoint(struct endpoint *endpoint)
{
    struct sockaddr_storage address;
    socklen_t length = socket_address(endpoint, &address);
    int type = endpoint->protocol == PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM;
    const int ipv6_only = endpoint->ipv6_only;
    int bound = socket(address.ss_family, type | SOCK_CLOEXEC, 0);
    if (bound < 0)
        return -1;
    if (endpoint->family == FAMILY_IPV6)
        assert_int_equal(
            setsockopt(bound, IPPROTO_IPV6, IPV6_V6ONLY, &ipv6_only, sizeof(ipv6_only)), 0);
    if (bind(bound, (struct sockaddr *)&address, length) != 0) {
        int error = errno;
        close(bound);
        errno = error;
        return -1;
    }
    assert_int_equal(getsockname(bound, (struct sockaddr *)&address, &length), 0);
    /* sin_port and sin6_port are at the same place */
    endpoint->port = ntohs(((struct sockaddr_in *)&address)->sin_port);
    return bound;
}

/* Somebody else may use the port on another address: then a second try has another port. */
static bool kernel_sees_conflict(struct endpoint left, struct endpoint right)
{
    bool conflict = true;
    for (int try = 0; conflict && try < 3; try++) {
        left.port = 0;
        int first = bind_endpoint(&left);
        assert_true(first >= 0);
        right.port = left.port;
        int second = bind_endpoint(&right);
        assert_true(second >= 0 || errno == EADDRINUSE);
        conflict = second < 0;
        if (second >= 0)
            close(second);
        close(first);
    }
    return conflict;
}

static void the_kernel_agrees(void **state)
{
    (void)state;
    static const char *const strings[] = {
        "0.0.0.0:0", "127.0.0.1:0",   "127.0.0.2:0", "[::ffff:127.0.0.1]:0", "[::ffff:0.0.0.0]:0",
        "[::]:0",    "v6only [::]:0", "[::1]:0",     "v6only [::1]:0",
    };
    struct endpoint probe = parse("[::1]:0");
    int probed = bind_endpoint(&probe);
    if (probed < 0)
        skip(); /* no IPv6 here */
    close(probed);
    for (unsigned choice = 0; choice < COUNT(strings) * COUNT(strings) * 2; choice++) {
        const char *left_string = strings[choice / 2 % COUNT(strings)];
        const char *right_string = strings[choice / 2 / COUNT(strings)];
        struct endpoint left = parse_bound(left_string);
        struct endpoint right = parse_bound(right_string);
        left.protocol = right.protocol = choice % 2 == 0 ? PROTOCOL_TCP : PROTOCOL_UDP;
        bool expected = kernel_sees_conflict(left, right);
        if (endpoint_conflicts(&left, &right) != expected)
            fail_msg("%s and %s: the kernel says %d", left_string, right_string, expected);
    }
}

/* By the file, however it is called; abstract names by their bytes, NUL included. */
static void unix_sockets_conflict_by_file(void **state)
{
    (void)state;
    struct endpoint path = {0};
    struct endpoint other = {0};
    const struct endpoint port = {0};
    endpoint_set_unix(&path, "/run/a.sock", sizeof("/run/a.sock"));
    endpoint_set_unix(&other, "a.sock", sizeof("a.sock"));
    assert_false(endpoint_conflicts(&path, &path)); /* its file is not known */
    path.path.inode = other.path.inode = 7;
    path.path.device = other.path.device = 1;
    assert_true(endpoint_conflicts(&path, &other));
    assert_true(endpoint_covers(&path, &other));
    other.path.device = 2;
    assert_false(endpoint_conflicts(&path, &other));
    assert_false(endpoint_conflicts(&path, &port));
    endpoint_set_unix(&path, "\0a\0b", 4);
    endpoint_set_unix(&other, "\0a\0b", 4);
    assert_true(endpoint_conflicts(&path, &other));
    assert_true(path.path.place == other.path.place);
    endpoint_set_unix(&other, "\0a\0c", 4);
    assert_false(endpoint_conflicts(&path, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"R04 N13 another local address does not matter", another_local_address_does_not_matter,
         NULL, NULL, NULL},
        {"R04 a dual-stack wildcard conflicts with IPv4", dual_stack_wildcard_conflicts_with_ipv4,
         NULL, NULL, NULL},
        {"R04 an IPv6-only wildcard does not conflict with IPv4", ipv6_only_wildcard_spares_ipv4,
         NULL, NULL, NULL},
        {"N13 another port or protocol does not conflict",
         other_ports_and_protocols_do_not_conflict, NULL, NULL, NULL},
        {"N13 another device does not conflict", other_devices_do_not_conflict, NULL, NULL, NULL},
        {"MPTCP shares the ports of TCP", mptcp_shares_the_ports_of_tcp, NULL, NULL, NULL},
        {"R04 N13 conflict and cover are those of sets, both ways",
         conflict_and_cover_are_those_of_sets, NULL, NULL, NULL},
        {"N13 Unix sockets conflict by their file or their abstract name",
         unix_sockets_conflict_by_file, NULL, NULL, NULL},
        {"R04 the kernel agrees on every pair", the_kernel_agrees, NULL, NULL, NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
