/* The module endpoint: reading and printing. Conflicts have test_conflict.c. */
#include "endpoints.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum { LONG_LENGTH = 100000, SHORT_STRING = 64, GROUPS = 8 };

static void reads_and_prints(void **state)
{
    (void)state;
    static const struct {
        const char *string;
        const char *shown; /* NULL: the same */
    } rows[] = {
        {"127.0.0.1:80", NULL},
        {"0.0.0.0:0", NULL},
        {"255.255.255.255:65535", NULL},
        {"udp:0.0.0.0:53", NULL},
        {"tcp:127.0.0.1:80", "127.0.0.1:80"},
        {"80", "[::]:80"},
        {"0", "[::]:0"},
        {"udp:53", "udp:[::]:53"},
        {"sctp:127.0.0.1:36412", NULL},
        {"sctp:36412", "sctp:[::]:36412"},
        {"tcp:80", "[::]:80"},
        {"*:80", "[::]:80"},
        {"udp:*:53", "udp:[::]:53"},
        {"[::]:80", NULL},
        {"[::1]:80", NULL},
        {"[fe80::1%2]:80", NULL},
        {"[fe80::1%4294967295]:80", NULL},
        {"[fe80::1%0]:80", "[fe80::1]:80"},
        {"127.0.0.1%3:80", NULL},
        {"[::ffff:127.0.0.1]:80", NULL},
        {"[::FFFF:7f00:1]:80", "[::ffff:127.0.0.1]:80"},
        {"[64:ff9b::192.0.2.33]:80", "[64:ff9b::c000:221]:80"},
        {"[::1.2.3.4]:80", "[::102:304]:80"},
        {"[1:2:3:4:5:6:1.2.3.4]:80", "[1:2:3:4:5:6:102:304]:80"},
        {"[1:2:3:4:5::1.2.3.4]:80", "[1:2:3:4:5:0:102:304]:80"},
        {"[2001:0DB8:0:0:0:0:0:1]:80", "[2001:db8::1]:80"},
        {"[2001:db8::1:0:0:1]:80", NULL},
        {"[2001:db8:0:0:1::1]:80", "[2001:db8::1:0:0:1]:80"},
        {"[2001:db8:0:1:1:1:1:1]:80", NULL},
        {"[2001:db8::1:1:1:1:1]:80", "[2001:db8:0:1:1:1:1:1]:80"},
        {"[1::]:80", NULL},
        {"[1::]:0", NULL},
        {"[2001:db8:0:1:1:1:1:0]:0", NULL},
        {"[AF9::afa]:80", "[af9::afa]:80"},
        {"[1:2:3:4:5:6:7::]:80", "[1:2:3:4:5:6:7:0]:80"},
        {"[::2:3:4:5:6:7:8]:80", "[0:2:3:4:5:6:7:8]:80"},
        {"[1:2:3:4:5:6:7:8]:80", NULL},
        {"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535", NULL},
        {"unix:/run/app.sock", NULL},
        {"unix:/run/a b\n\"\\\x7f", "unix:/run/a b\\x0a\\x22\\x5c\\x7f"},
        {"unix:@app", NULL},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        char shown[ENDPOINT_TEXT_SIZE];
        struct endpoint endpoint = parse(rows[index].string);
        print(&endpoint, shown);
        assert_string_equal(shown,
                            rows[index].shown != NULL ? rows[index].shown : rows[index].string);
        assert_false(endpoint.ipv6_only);
    }
}

static void fields_are_those_of_the_string(void **state)
{
    (void)state;
    const uint8_t loopback[ENDPOINT_ADDRESS_SIZE] = {127, 0, 0, 1};
    const uint8_t link_local[ENDPOINT_ADDRESS_SIZE] = {0xfe, 0x80, [15] = 1};
    struct endpoint ipv4 = parse("udp:127.0.0.1:53");
    assert_int_equal(ipv4.protocol, PROTOCOL_UDP);
    assert_int_equal(ipv4.family, FAMILY_IPV4);
    assert_int_equal(ipv4.port, 53);
    assert_int_equal(ipv4.device, 0);
    assert_memory_equal(ipv4.address, loopback, sizeof(loopback));
    struct endpoint ipv6 = parse("[fe80::1%2]:65535");
    assert_int_equal(ipv6.protocol, PROTOCOL_TCP);
    assert_int_equal(ipv6.family, FAMILY_IPV6);
    assert_int_equal(ipv6.port, 65535);
    assert_int_equal(ipv6.device, 2);
    assert_memory_equal(ipv6.address, link_local, sizeof(link_local));
}

static void refuses(const char *string)
{
    struct endpoint endpoint;
    const char *error = NULL;
    if (endpoint_parse(string, &endpoint, &error))
        fail_msg("\"%.100s\" was read", string);
    assert_true(text_starts_with(error, "want "));
}

static void refuses_what_is_no_endpoint(void **state)
{
    (void)state;
    static const char *const strings[] = {"",
                                          "tcp:",
                                          "udp:",
                                          "http:80",
                                          "TCP:80",
                                          "tcp:udp:80",
                                          "localhost:80",
                                          "x",
                                          ":80",
                                          "80:",
                                          " 80",
                                          "80 ",
                                          "-1",
                                          "+80",
                                          "65536",
                                          "99999999999999999999999",
                                          "8 0",
                                          "80\n",
                                          "0x50",
                                          "*",
                                          "*80",
                                          "*:",
                                          "*:x",
                                          "*:65536",
                                          "**:80",
                                          "1.2.3.4",
                                          "1.2.3.4:",
                                          "1.2.3:80",
                                          "1.2.3.4.5:80",
                                          "1.2.3.256:80",
                                          "01.2.3.4:80",
                                          "1.2.3.04:80",
                                          "1.2.3.:80",
                                          "1..3.4:80",
                                          "1.2.3.4 :80",
                                          "1.2.3.4:65536",
                                          "1.2.3.4:-1",
                                          "1.2.3.4%:80",
                                          "1.2.3.4%lo:80",
                                          "1.2.3.4%4294967296:80",
                                          "::1:80",
                                          "::",
                                          "[]:80",
                                          "[:]:80",
                                          "[:::]:80",
                                          "[::1]",
                                          "[::1]80",
                                          "[::1]:",
                                          "[::1:80",
                                          "::1]:80",
                                          "[1]:80",
                                          "[1:2:3:4:5:6:7]:80",
                                          "[1:2:3:4:5:6:7:8:9]:80",
                                          "[1:2:3:4:5:6:7:8:]:80",
                                          "[:1:2:3:4:5:6:7:8]:80",
                                          "[1:2:3:4:5:6:7:8::]:80",
                                          "[::1:2:3:4:5:6:7:8]:80",
                                          "[1:2:3:4::5:6:7:8]:80",
                                          "[1::2::3]:80",
                                          "[1:]:80",
                                          "[:1]:80",
                                          "[12345::]:80",
                                          "[g::]:80",
                                          "[1.2.3.4]:80",
                                          "[1.2.3.4::]:80",
                                          "[::1.2.3.4:5]:80",
                                          "[::1.2.3]:80",
                                          "[::1.2.3.400]:80",
                                          "[::1.2.3.4.5]:80",
                                          "[1:2:3:4:5:6:7:1.2.3.4]:80",
                                          "[::1:2:3:4:5:6:1.2.3.4]:80",
                                          "[fe80::1%]:80",
                                          "[fe80::1%eth0]:80",
                                          "[fe80::1%-1]:80",
                                          "[fe80::1%4294967296]:80",
                                          "[fe80::1%2%3]:80",
                                          "[ ::1]:80",
                                          "[::1 ]:80",
                                          "[::1]:80 ",
                                          "\xff",
                                          "\x1b[2J"};
    for (size_t index = 0; index < COUNT(strings); index++)
        refuses(strings[index]);
}

static void refuses_long_strings(void **state)
{
    (void)state;
    const char bytes[] = "0:.[]*%fu";
    char *string = malloc(LONG_LENGTH + 1);
    assert_non_null(string);
    for (const char *byte = bytes; *byte != '\0'; byte++) {
        memset(string, *byte, LONG_LENGTH);
        string[LONG_LENGTH] = '\0';
        if (*byte != '0') /* a long zero is a port all the same */
            refuses(string);
        string[0] = '[';
        refuses(string);
    }
    free(string);
}

static void prints_into_any_room(void **state)
{
    (void)state;
    static const char *const strings[] = {"udp:[fe80::1%4294967295]:65535", "udp:127.0.0.1:80",
                                          "[::ffff:127.0.0.1]:80", "[::]:0"};
    for (size_t index = 0; index < COUNT(strings); index++) {
        struct endpoint endpoint = parse(strings[index]);
        for (size_t size = 1; size <= strlen(strings[index]) + 1; size++) {
            char *shown = malloc(size);
            struct text text;
            assert_non_null(shown);
            text_start(&text, shown, size);
            endpoint_print(&text, &endpoint);
            assert_int_equal(text.truncated, size <= strlen(strings[index]));
            assert_int_equal(strlen(shown), size - 1);
            assert_memory_equal(shown, strings[index], size - 1);
            free(shown);
        }
    }
}

/* glibc writes the deprecated ::a.b.c.d as well; RFC 5952 does not ask for it. */
static bool is_compatible_address(const uint8_t *address)
{
    static const uint8_t zero[12];
    return memcmp(address, zero, sizeof(zero)) == 0;
}

static void check_against_inet_ntop(const uint8_t *address)
{
    char theirs[INET6_ADDRSTRLEN];
    char expected[ENDPOINT_TEXT_SIZE];
    char shown[ENDPOINT_TEXT_SIZE];
    struct endpoint endpoint = {.family = FAMILY_IPV6, .port = 80};
    memcpy(endpoint.address, address, sizeof(endpoint.address));
    assert_non_null(inet_ntop(AF_INET6, address, theirs, sizeof(theirs)));
    snprintf(expected, sizeof(expected), "[%s]:80", theirs);
    print(&endpoint, shown);
    if (!is_compatible_address(address))
        assert_string_equal(shown, expected);
    struct endpoint ours = parse(shown);
    assert_memory_equal(ours.address, address, sizeof(ours.address));
    struct endpoint from_theirs = parse(expected);
    assert_memory_equal(from_theirs.address, address, sizeof(ours.address));
}

/* Every choice of groups that are zero, with others of one to four digits. */
static void prints_as_inet_ntop_does(void **state)
{
    (void)state;
    static const uint16_t others[] = {0x1, 0x10, 0xabc, 0xffff, 0x8000};
    for (unsigned zeros = 0; zeros < 1U << GROUPS; zeros++) {
        for (size_t other = 0; other < COUNT(others); other++) {
            uint8_t address[ENDPOINT_ADDRESS_SIZE] = {0};
            for (unsigned group = 0; group < GROUPS; group++) {
                uint16_t value = (zeros & 1U << group) != 0 ? 0 : others[other];
                address[2 * group] = (uint8_t)(value >> 8);
                address[2 * group + 1] = (uint8_t)value;
            }
            check_against_inet_ntop(address);
        }
    }
}

static void check_against_inet_pton(const char *address)
{
    struct in6_addr theirs;
    struct endpoint ours;
    const char *error;
    char string[SHORT_STRING + sizeof("[]:80")];
    snprintf(string, sizeof(string), "[%s]:80", address);
    bool expected = inet_pton(AF_INET6, address, &theirs) == 1;
    bool read = endpoint_parse(string, &ours, &error);
    if (read != expected)
        fail_msg("\"%s\": inet_pton says %d", address, expected);
    if (read)
        assert_memory_equal(ours.address, &theirs, sizeof(theirs));
}

/* Addresses with a byte or two changed, dropped or doubled: many are still addresses. */
static void reads_as_inet_pton_does(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        "1:2:3:4:5:6:7:8",         "::",  "1::8",   "::ffff:127.0.0.1",   "1:2::7:8",
        "1:2:3:4:5:6:10.20.30.40", "::1", "fe80::", "2001:db8::a0b:0:0:1"};
    const uint64_t first_seed = 20260402;
    uint64_t seed = first_seed;
    print_message("# seed %" PRIu64 "\n", first_seed);
    for (int round = 0; round < 200000; round++) {
        char string[SHORT_STRING];
        snprintf(string, sizeof(string), "%s", addresses[random_below(&seed, COUNT(addresses))]);
        for (uint32_t changes = 1 + random_below(&seed, 3); changes > 0; changes--) {
            size_t length = strlen(string);
            size_t place = random_below(&seed, (uint32_t)length + 1);
            uint32_t kind = random_below(&seed, 3);
            if (kind == 0)
                string[place] = place < length ? "0159afF:.g"[random_below(&seed, 10)] : '\0';
            else if (kind == 1 && place < length)
                memmove(string + place, string + place + 1, length - place);
            else if (length + 1 < sizeof(string))
                memmove(string + place + (place < length), string + place, length + 1 - place);
        }
        check_against_inet_pton(string);
    }
}

static void names_protocols(void **state)
{
    (void)state;
    assert_string_equal(endpoint_protocol_name(PROTOCOL_TCP), "tcp");
    assert_string_equal(endpoint_protocol_name(PROTOCOL_MPTCP), "tcp");
    assert_string_equal(endpoint_protocol_name(PROTOCOL_UDP), "udp");
    assert_string_equal(endpoint_protocol_name(PROTOCOL_SCTP), "sctp");
}

static void knows_wildcards(void **state)
{
    (void)state;
    static const struct {
        const char *string;
        bool wildcard;
    } rows[] = {
        {"0.0.0.0:80", true},    {"80", true},          {"[::ffff:0.0.0.0]:80", true},
        {"127.0.0.1:80", false}, {"0.0.0.1:80", false}, {"1.0.0.0:80", false},
        {"[::1]:80", false},     {"[1::]:80", false},   {"[::ffff:0.0.0.1]:80", false},
        {"0.0.0.0%3:80", true},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        struct endpoint endpoint = parse(rows[index].string);
        assert_int_equal(endpoint_is_wildcard(&endpoint), rows[index].wildcard);
    }
}

/* A device that the socket is bound to by itself stays where the address says nothing of one. */
static void a_link_local_address_has_its_scope_s_device(void **state)
{
    static const uint8_t link_local[ENDPOINT_ADDRESS_SIZE] = {0xfe, 0xbf, [15] = 1};
    static const uint8_t site_local[ENDPOINT_ADDRESS_SIZE] = {0xfe, 0xc0, [15] = 1};
    static const uint8_t loopback[] = {127, 0, 0, 1};
    struct endpoint endpoint = {.device = 7};
    (void)state;
    endpoint_set_ipv6(&endpoint, site_local, 80, 3);
    assert_int_equal(endpoint.device, 7);
    endpoint_set_ipv6(&endpoint, link_local, 80, 3);
    assert_int_equal(endpoint.device, 3);
    endpoint_set_ipv6(&endpoint, link_local, 80, 0);
    assert_int_equal(endpoint.device, 3);
    assert_int_equal(endpoint.family, FAMILY_IPV6);
    assert_memory_equal(endpoint.address, link_local, sizeof(link_local));
    endpoint_set_ipv4(&endpoint, loopback, 81);
    assert_int_equal(endpoint.family, FAMILY_IPV4);
    assert_int_equal(endpoint.port, 81);
    assert_memory_equal(endpoint.address, loopback, sizeof(loopback));
}

static void multicast_within_a_link_has_a_scope_as_well(void **state)
{
    (void)state;
    for (uint32_t second = 0; second <= UINT8_MAX; second++) {
        const uint8_t address[ENDPOINT_ADDRESS_SIZE] = {0xff, (uint8_t)second, [15] = 0xfb};
        bool needed = second % 16 == 1 || second % 16 == 2; /* interface-local, link-local */
        struct endpoint endpoint = {.device = 7};
        endpoint_set_ipv6(&endpoint, address, 80, 3);
        assert_int_equal(endpoint.device, needed ? 3 : 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"reads endpoints and prints them", reads_and_prints, NULL, NULL, NULL},
        {"fields are those of the string", fields_are_those_of_the_string, NULL, NULL, NULL},
        {"refuses what is no endpoint", refuses_what_is_no_endpoint, NULL, NULL, NULL},
        {"refuses strings of 100 000 bytes", refuses_long_strings, NULL, NULL, NULL},
        {"prints into any room", prints_into_any_room, NULL, NULL, NULL},
        {"prints as inet_ntop does", prints_as_inet_ntop_does, NULL, NULL, NULL},
        {"reads as inet_pton does", reads_as_inet_pton_does, NULL, NULL, NULL},
        {"R04 a link-local address has its scope's device",
         a_link_local_address_has_its_scope_s_device, NULL, NULL, NULL},
        {"R04 multicast within a link has a scope as well",
         multicast_within_a_link_has_a_scope_as_well, NULL, NULL, NULL},
        {"names protocols", names_protocols, NULL, NULL, NULL},
        {"knows wildcards", knows_wildcards, NULL, NULL, NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
