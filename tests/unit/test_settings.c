/* The module settings: the PORTCLAIM variables, and what is said of malformed ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { LONG_LENGTH = 100000, ENTRY_SIZE = 2048 };

/* settings_read() on an environment that has these entries as well; NULL: none. */
static bool read_entries(struct settings *settings, const char *first, const char *second,
                         char *error)
{
    char *environment[] = {"HOME=/root", (char *)first, (char *)second, NULL};
    if (first == NULL)
        environment[1] = NULL;
    memset(error, 0x55, SETTINGS_ERROR_SIZE);
    return settings_read(settings, environment, error);
}

static struct settings accept(const char *entry)
{
    struct settings settings;
    char error[SETTINGS_ERROR_SIZE];
    if (!read_entries(&settings, entry, NULL, error))
        fail_msg("%.100s: %s", entry, error);
    return settings;
}

static void refuse(const char *entry, const char *expected_error)
{
    struct settings settings;
    char error[SETTINGS_ERROR_SIZE];
    if (read_entries(&settings, entry, NULL, error))
        fail_msg("%.100s was read", entry);
    assert_string_equal(error, expected_error);
}

/* Every one of the values, ended by NULL, is refused with this complaint. */
static void refuse_values(const char *name, const char *const *values, const char *complaint)
{
    for (; *values != NULL; values++) {
        char entry[ENTRY_SIZE];
        char error[ENTRY_SIZE];
        snprintf(entry, sizeof(entry), "%s=%s", name, *values);
        snprintf(error, sizeof(error), "%s=\"%s\": %s", name, *values, complaint);
        refuse(entry, error);
    }
}

/* ---- defaults ---- */

static void check_defaults(const struct settings *settings)
{
    assert_int_equal(settings->mode, MODE_ON);
    assert_int_equal(settings->port_count, 0);
    assert_string_equal(settings->only, "");
    assert_string_equal(settings->service, "");
    assert_string_equal(settings->match, "");
    assert_string_equal(settings->protect, "");
    assert_int_equal(settings->signal, 15);
    assert_int_equal(settings->term_ms, 600);
    assert_int_equal(settings->kill_ms, 400);
    assert_int_equal(settings->wait_ms, 2000);
    assert_true(settings->reuse_address);
    assert_false(settings->reuse_port);
    assert_int_equal(settings->limit, 10);
    assert_int_equal(settings->limit_window_s, 60);
    assert_string_equal(settings->claim, "");
    assert_int_equal(settings->log_target, LOG_STDERR);
    assert_string_equal(settings->log_file, "");
    assert_int_equal(settings->log_format, LOG_TEXT);
    assert_string_equal(settings->state_directory, "");
}

static void defaults_are_those_of_the_manual(void **state)
{
    (void)state;
    struct settings settings;
    char error[SETTINGS_ERROR_SIZE];
    memset(&settings, 0xff, sizeof(settings));
    settings_defaults(&settings);
    check_defaults(&settings);
    memset(&settings, 0xff, sizeof(settings));
    assert_true(read_entries(&settings, NULL, NULL, error));
    check_defaults(&settings);
}

static void other_variables_are_not_read(void **state)
{
    (void)state;
    static const char *const entries[] = {
        "PORTCLAIMX=1",
        "PORTCLAIMS_TERM_MS=x",
        "XPORTCLAIM=bad",
        "portclaim=bad",
        "PORTCLAI=bad",
        "PORTCLAIM",
        "PORTCLAIM_TERM_MS",
        "PORTCLAIM_",
        "",
        "=",
        "=PORTCLAIM=x",
    };
    for (size_t index = 0; index < COUNT(entries); index++) {
        struct settings settings = accept(entries[index]);
        check_defaults(&settings);
    }
}

/* ---- each setting ---- */

static void mode_is_a_word(void **state)
{
    (void)state;
    assert_int_equal(accept("PORTCLAIM=on").mode, MODE_ON);
    assert_int_equal(accept("PORTCLAIM=dry-run").mode, MODE_DRY_RUN);
    assert_int_equal(accept("PORTCLAIM=off").mode, MODE_OFF);
    refuse("PORTCLAIM=", "PORTCLAIM=\"\": want on, dry-run or off");
    refuse("PORTCLAIM=ON", "PORTCLAIM=\"ON\": want on, dry-run or off");
    refuse("PORTCLAIM=off ", "PORTCLAIM=\"off \": want on, dry-run or off");
    refuse("PORTCLAIM=1", "PORTCLAIM=\"1\": want on, dry-run or off");
}

static void ports_are_ports_and_ranges(void **state)
{
    (void)state;
    struct settings settings = accept("PORTCLAIM_PORTS=18789, 18800-18810 ,,65535");
    assert_int_equal(settings.port_count, 3);
    assert_int_equal(settings.ports[0].first, 18789);
    assert_int_equal(settings.ports[0].last, 18789);
    assert_int_equal(settings.ports[1].first, 18800);
    assert_int_equal(settings.ports[1].last, 18810);
    assert_int_equal(settings.ports[2].first, 65535);
    assert_int_equal(accept("PORTCLAIM_PORTS=").port_count, 0);
    assert_int_equal(accept("PORTCLAIM_PORTS=1-65535").port_count, 1);
    static const char *const values[] = {"0",        "0-80",   "80-0",  "81-80", "65536",
                                         "80-65536", "80-",    "-80",   "80x",   "x",
                                         "80 81",    "80--81", "8 - 9", "*",     NULL};
    refuse_values(
        "PORTCLAIM_PORTS", values,
        "want at most 32 ports from 1 to 65535 or ranges of them, such as 18789,18800-18810");
}

static void ports_are_at_most_32(void **state)
{
    (void)state;
    char entry[ENTRY_SIZE] = "PORTCLAIM_PORTS=10000-10001";
    for (int port = 1; port < SETTINGS_PORT_RANGES; port++)
        strcat(entry, ",60000-60001");
    assert_int_equal(accept(entry).port_count, SETTINGS_PORT_RANGES);
    strcat(entry, ",7");
    refuse(entry, "PORTCLAIM_PORTS=\"10000-10001,60000-60001,60000-60...\": want at most 32 ports "
                  "from 1 to 65535 or ranges of them, such as 18789,18800-18810");
}

static void allows_ports_in_ranges_alone(void **state)
{
    (void)state;
    struct settings any = accept("PORTCLAIM_PORTS=");
    struct settings some = accept("PORTCLAIM_PORTS=80,8000-8002,65535");
    static const struct {
        uint16_t port;
        bool allowed;
    } rows[] = {{79, false},  {80, true},    {81, false},   {7999, false},  {8000, true},
                {8002, true}, {8003, false}, {65535, true}, {65534, false}, {0, false}};
    for (size_t index = 0; index < COUNT(rows); index++) {
        assert_true(settings_allow_port(&any, rows[index].port));
        assert_int_equal(settings_allow_port(&some, rows[index].port), rows[index].allowed);
    }
}

static void signals_have_names_and_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int32_t number;
    } rows[] = {
        {"TERM", 15},  {"SIGTERM", 15}, {"INT", 2},     {"SIGINT", 2}, {"HUP", 1},
        {"SIGHUP", 1}, {"QUIT", 3},     {"SIGQUIT", 3}, {"USR1", 10},  {"USR2", 12},
        {"KILL", 9},   {"SIGKILL", 9},  {"1", 1},       {"15", 15},    {"64", 64},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        char entry[ENTRY_SIZE];
        snprintf(entry, sizeof(entry), "PORTCLAIM_SIGNAL=%s", rows[index].value);
        assert_int_equal(accept(entry).signal, rows[index].number);
    }
    static const char *const refused[] = {"",    "0",          "65",   "-15",  "15 ",   "0x9",
                                          "SIG", "SIGSIGTERM", "term", "STOP", "SIG15", NULL};
    refuse_values("PORTCLAIM_SIGNAL", refused,
                  "want TERM, INT, HUP, QUIT, USR1, USR2, KILL or a number from 1 to 64");
}

static void times_are_milliseconds(void **state)
{
    (void)state;
    assert_int_equal(accept("PORTCLAIM_TERM_MS=0").term_ms, 0);
    assert_int_equal(accept("PORTCLAIM_TERM_MS=600000").term_ms, 600000);
    assert_int_equal(accept("PORTCLAIM_KILL_MS=1500").kill_ms, 1500);
    assert_int_equal(accept("PORTCLAIM_WAIT_MS=1").wait_ms, 1);
    refuse("PORTCLAIM_TERM_MS=6OO",
           "PORTCLAIM_TERM_MS=\"6OO\": want a number of milliseconds from 0 to 600000");
    refuse("PORTCLAIM_KILL_MS=600001",
           "PORTCLAIM_KILL_MS=\"600001\": want a number of milliseconds from 0 to 600000");
    static const char *const values[] = {"",    "-1", "+1",   " 1",  "1 ",
                                         "1.5", "1s", "0x10", "1e3", NULL};
    refuse_values("PORTCLAIM_WAIT_MS", values, "want a number of milliseconds from 0 to 600000");
}

static void limit_is_kills_per_seconds(void **state)
{
    (void)state;
    struct settings settings = accept("PORTCLAIM_LIMIT=3/3600");
    assert_int_equal(settings.limit, 3);
    assert_int_equal(settings.limit_window_s, 3600);
    settings = accept("PORTCLAIM_LIMIT=off");
    assert_int_equal(settings.limit_window_s, 0);
    settings = accept("PORTCLAIM_LIMIT=0/1");
    assert_int_equal(settings.limit, 0);
    assert_int_equal(settings.limit_window_s, 1);
    settings = accept("PORTCLAIM_LIMIT=64/86400");
    assert_int_equal(settings.limit, 64);
    assert_int_equal(settings.limit_window_s, 86400);
    static const char *const values[] = {"",     "10",       "10/",    "/60",    "65/60",
                                         "10/0", "10/86401", "10/60/", "10/60s", "x/60",
                                         "on",   "10 / 60",  NULL};
    refuse_values("PORTCLAIM_LIMIT", values,
                  "want KILLS/SECONDS, 0 to 64 kills in 1 to 86400 seconds, such as 10/60, or off");
}

static void reuseaddr_is_a_switch(void **state)
{
    (void)state;
    assert_true(accept("PORTCLAIM_REUSEADDR=on").reuse_address);
    assert_false(accept("PORTCLAIM_REUSEADDR=off").reuse_address);
    refuse("PORTCLAIM_REUSEADDR=0", "PORTCLAIM_REUSEADDR=\"0\": want on or off");
}

static void reuseport_is_a_switch(void **state)
{
    (void)state;
    assert_true(accept("PORTCLAIM_REUSEPORT=on").reuse_port);
    assert_false(accept("PORTCLAIM_REUSEPORT=off").reuse_port);
    refuse("PORTCLAIM_REUSEPORT=yes", "PORTCLAIM_REUSEPORT=\"yes\": want on or off");
}

static void match_rules_have_a_kind(void **state)
{
    (void)state;
    static const char *const accepted[] = {
        "",
        "any",
        "exe:node",
        "comm:gate*",
        "cmdline:* gateway *",
        "unit:openclaw*.service",
        "exe:/usr/bin/node , any",
        ",",
        "exe:exe:",
    };
    for (size_t index = 0; index < COUNT(accepted); index++) {
        char entry[ENTRY_SIZE];
        snprintf(entry, sizeof(entry), "PORTCLAIM_MATCH=%s", accepted[index]);
        assert_string_equal(accept(entry).match, accepted[index]);
    }
    static const char *const refused[] = {"node", "exe:", "exe",       "name:node", "any,node",
                                          "ANY",  "any:", "unit:,any", ":node",     NULL};
    refuse_values("PORTCLAIM_MATCH", refused,
                  "want exe:GLOB, comm:GLOB, cmdline:GLOB, unit:GLOB or any, comma-separated, in "
                  "at most 511 bytes");
}

static void claimed_endpoints_have_a_port(void **state)
{
    (void)state;
    assert_string_equal(accept("PORTCLAIM_CLAIM=18789,[::1]:80").claim, "18789,[::1]:80");
    assert_string_equal(accept("PORTCLAIM_CLAIM= udp:127.0.0.1:53 ").claim, " udp:127.0.0.1:53 ");
    assert_string_equal(accept("PORTCLAIM_CLAIM=").claim, "");
    static const char *const refused[] = {"0",    "127.0.0.1:0", "localhost:80",
                                          "80,x", "80-81",       NULL};
    refuse_values(
        "PORTCLAIM_CLAIM", refused,
        "want endpoints such as 18789 or udp:127.0.0.1:53, comma-separated, in at most 511 bytes");
}

static void log_goes_somewhere(void **state)
{
    (void)state;
    assert_int_equal(accept("PORTCLAIM_LOG=stderr").log_target, LOG_STDERR);
    assert_int_equal(accept("PORTCLAIM_LOG=none").log_target, LOG_NONE);
    struct settings settings = accept("PORTCLAIM_LOG=/var/log/portclaim");
    assert_int_equal(settings.log_target, LOG_FILE);
    assert_string_equal(settings.log_file, "/var/log/portclaim");
    assert_int_equal(accept("PORTCLAIM_LOG_FORMAT=text").log_format, LOG_TEXT);
    assert_int_equal(accept("PORTCLAIM_LOG_FORMAT=json").log_format, LOG_JSON);
    refuse("PORTCLAIM_LOG=", "PORTCLAIM_LOG=\"\": want stderr, none or an absolute path of at most "
                             "511 bytes");
    refuse(
        "PORTCLAIM_LOG=log/file",
        "PORTCLAIM_LOG=\"log/file\": want stderr, none or an absolute path of at most 511 bytes");
    refuse("PORTCLAIM_LOG_FORMAT=xml", "PORTCLAIM_LOG_FORMAT=\"xml\": want text or json");
}

static void state_directory_is_absolute(void **state)
{
    (void)state;
    assert_string_equal(accept("PORTCLAIM_STATE_DIR=/run/gateway").state_directory, "/run/gateway");
    refuse("PORTCLAIM_STATE_DIR=state",
           "PORTCLAIM_STATE_DIR=\"state\": want an absolute path of at most 511 bytes");
    refuse("PORTCLAIM_STATE_DIR=",
           "PORTCLAIM_STATE_DIR=\"\": want an absolute path of at most 511 bytes");
}

static void unix_sockets_are_asked_for(void **state)
{
    (void)state;
    struct endpoint path = {0};
    struct endpoint port = {.port = 80};
    endpoint_set_unix(&path, "/run/a.sock", sizeof("/run/a.sock"));
    struct settings settings = accept("PORTCLAIM_UNIX=off");
    assert_false(settings_allow_endpoint(&settings, &path));
    assert_true(settings_allow_endpoint(&settings, &port));
    settings = accept("PORTCLAIM_UNIX=on");
    assert_true(settings_allow_endpoint(&settings, &path));
    settings = accept("PORTCLAIM_CLAIM=80,unix:/run/a.sock");
    assert_true(settings_allow_endpoint(&settings, &path));
    settings = accept("PORTCLAIM_CLAIM=unix:/run/a.socket");
    assert_false(settings_allow_endpoint(&settings, &path));
    refuse("PORTCLAIM_UNIX=yes", "PORTCLAIM_UNIX=\"yes\": want on or off");
    refuse("PORTCLAIM_CLAIM=unix:a.sock",
           "PORTCLAIM_CLAIM=\"unix:a.sock\": want endpoints such as 18789 or udp:127.0.0.1:53, "
           "comma-separated, in at most 511 bytes");
}

static void free_text_is_kept_as_it_is(void **state)
{
    (void)state;
    assert_string_equal(accept("PORTCLAIM_SERVICE=my gateway, \xc3\xa9").service,
                        "my gateway, \xc3\xa9");
    assert_string_equal(accept("PORTCLAIM_SERVICE=").service, "");
    assert_string_equal(accept("PORTCLAIM_SERVICE=a=b").service, "a=b");
    assert_string_equal(accept("PORTCLAIM_ONLY=node,open*").only, "node,open*");
    assert_string_equal(accept("PORTCLAIM_ONLY=").only, "");
    assert_string_equal(accept("PORTCLAIM_PROTECT=1234,systemd*").protect, "1234,systemd*");
}

/* The last length that fits and the first that does not. */
static void values_fit_or_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *start; /* of the value */
        size_t most;
    } rows[] = {
        {"PORTCLAIM_ONLY=", "", SETTINGS_LIST_SIZE - 1},
        {"PORTCLAIM_SERVICE=", "", SETTINGS_LABEL_SIZE - 1},
        {"PORTCLAIM_MATCH=", "exe:", SETTINGS_LIST_SIZE - 1},
        {"PORTCLAIM_PROTECT=", "", SETTINGS_LIST_SIZE - 1},
        {"PORTCLAIM_CLAIM=", "127.0.0.1:", SETTINGS_LIST_SIZE - 1},
        {"PORTCLAIM_PORTS=", "", SETTINGS_LIST_SIZE - 1},
        {"PORTCLAIM_LOG=", "/", SETTINGS_LIST_SIZE - 1},
        {"PORTCLAIM_STATE_DIR=", "/", SETTINGS_LIST_SIZE - 1},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        char entry[ENTRY_SIZE];
        struct settings settings;
        char error[SETTINGS_ERROR_SIZE];
        size_t name_length = strlen(rows[index].name);
        memset(entry, '0', sizeof(entry));
        memcpy(entry, rows[index].name, name_length);
        memcpy(entry + name_length, rows[index].start, strlen(rows[index].start));
        entry[name_length + rows[index].most] = '\0';
        entry[name_length + rows[index].most - 1] = '7'; /* a port that is not 0 */
        if (!read_entries(&settings, entry, NULL, error))
            fail_msg("%s", error);
        entry[name_length + rows[index].most] = '7';
        entry[name_length + rows[index].most + 1] = '\0';
        assert_false(read_entries(&settings, entry, NULL, error));
    }
}

/* ---- what is said ---- */

static void unknown_names_are_errors(void **state)
{
    (void)state;
    refuse("PORTCLAIM_TERMMS=600",
           "PORTCLAIM_TERMMS=\"600\": there is no such setting; portclaim(7) has them");
    refuse("PORTCLAIM_=", "PORTCLAIM_=\"\": there is no such setting; portclaim(7) has them");
    refuse("PORTCLAIM_term_ms=600",
           "PORTCLAIM_term_ms=\"600\": there is no such setting; portclaim(7) has them");
    refuse("PORTCLAIM_TERM_MS =600",
           "PORTCLAIM_TERM_MS =\"600\": there is no such setting; portclaim(7) has them");
}

static void names_given_twice_are_errors(void **state)
{
    (void)state;
    struct settings settings;
    char error[SETTINGS_ERROR_SIZE];
    assert_false(read_entries(&settings, "PORTCLAIM_TERM_MS=1", "PORTCLAIM_TERM_MS=1", error));
    assert_string_equal(error, "PORTCLAIM_TERM_MS=\"1\": it is given twice");
    assert_true(read_entries(&settings, "PORTCLAIM_TERM_MS=1", "PORTCLAIM_KILL_MS=2", error));
    assert_int_equal(settings.term_ms, 1);
    assert_int_equal(settings.kill_ms, 2);
}

static void check_line(const char *entry, const char *end)
{
    struct settings settings;
    char error[SETTINGS_ERROR_SIZE];
    assert_false(read_entries(&settings, entry, NULL, error));
    assert_in_range(strlen(error), strlen(end), SETTINGS_ERROR_SIZE - 2); /* so it was not cut */
    assert_true(text_ends_with(error, end));
    for (const char *byte = error; *byte != '\0'; byte++)
        assert_in_range(*byte, ' ', '~');
}

/* The longest messages: every byte of name and value is shown in four. */
static void hostile_values_do_not_push_out_what_is_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *end;
    } rows[] = {
        {"PORTCLAIM=", "want on, dry-run or off"},
        {"PORTCLAIM_PORTS=", "such as 18789,18800-18810"},
        {"PORTCLAIM_ONLY=", "in at most 511 bytes"},
        {"PORTCLAIM_SERVICE=", "of at most 127 bytes"},
        {"PORTCLAIM_MATCH=", "in at most 511 bytes"},
        {"PORTCLAIM_PROTECT=", "in at most 511 bytes"},
        {"PORTCLAIM_SIGNAL=", "from 1 to 64"},
        {"PORTCLAIM_TERM_MS=", "from 0 to 600000"},
        {"PORTCLAIM_KILL_MS=", "from 0 to 600000"},
        {"PORTCLAIM_WAIT_MS=", "from 0 to 600000"},
        {"PORTCLAIM_REUSEADDR=", "want on or off"},
        {"PORTCLAIM_REUSEPORT=", "want on or off"},
        {"PORTCLAIM_LIMIT=", "such as 10/60, or off"},
        {"PORTCLAIM_CLAIM=", "in at most 511 bytes"},
        {"PORTCLAIM_LOG=", "of at most 511 bytes"},
        {"PORTCLAIM_LOG_FORMAT=", "want text or json"},
        {"PORTCLAIM_STATE_DIR=", "of at most 511 bytes"},
    };
    const char bytes[] = {'\n', '\x1b', '"', (char)0xff, 'a', ',', '9', '/'};
    char *entry = malloc(LONG_LENGTH + 1);
    assert_non_null(entry);
    for (size_t index = 0; index < COUNT(rows); index++) {
        for (size_t byte = 0; byte < COUNT(bytes); byte++) {
            memset(entry, bytes[byte], LONG_LENGTH);
            entry[LONG_LENGTH] = '\0';
            memcpy(entry, rows[index].name, strlen(rows[index].name));
            check_line(entry, rows[index].end);
        }
    }
    free(entry);
}

static void hostile_names_are_shown_in_part(void **state)
{
    (void)state;
    char *entry = malloc(LONG_LENGTH + 1);
    assert_non_null(entry);
    memset(entry, '\n', LONG_LENGTH);
    entry[LONG_LENGTH] = '\0';
    memcpy(entry, "PORTCLAIM_", strlen("PORTCLAIM_"));
    struct settings settings = accept(entry); /* no "=": no variable */
    check_defaults(&settings);
    entry[LONG_LENGTH / 2] = '=';
    check_line(entry, "portclaim(7) has them");
    free(entry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"defaults are those of the manual", defaults_are_those_of_the_manual, NULL, NULL, NULL},
        {"other variables are not read", other_variables_are_not_read, NULL, NULL, NULL},
        {"O05 PORTCLAIM is a word", mode_is_a_word, NULL, NULL, NULL},
        {"O05 ports are ports and ranges", ports_are_ports_and_ranges, NULL, NULL, NULL},
        {"O05 there are at most 32 ranges", ports_are_at_most_32, NULL, NULL, NULL},
        {"ports outside the ranges are not allowed", allows_ports_in_ranges_alone, NULL, NULL,
         NULL},
        {"O05 signals have names and numbers", signals_have_names_and_numbers, NULL, NULL, NULL},
        {"O05 times are milliseconds", times_are_milliseconds, NULL, NULL, NULL},
        {"O05 the limit is kills per seconds", limit_is_kills_per_seconds, NULL, NULL, NULL},
        {"O05 REUSEADDR is a switch", reuseaddr_is_a_switch, NULL, NULL, NULL},
        {"O05 REUSEPORT is a switch, and off", reuseport_is_a_switch, NULL, NULL, NULL},
        {"O05 match rules have a kind", match_rules_have_a_kind, NULL, NULL, NULL},
        {"O05 claimed endpoints have a port", claimed_endpoints_have_a_port, NULL, NULL, NULL},
        {"O05 the log goes somewhere", log_goes_somewhere, NULL, NULL, NULL},
        {"O05 the state directory is absolute", state_directory_is_absolute, NULL, NULL, NULL},
        {"O05 Unix sockets are asked for", unix_sockets_are_asked_for, NULL, NULL, NULL},
        {"free text is kept as it is", free_text_is_kept_as_it_is, NULL, NULL, NULL},
        {"O05 values fit or are refused", values_fit_or_are_refused, NULL, NULL, NULL},
        {"O05 unknown names are errors", unknown_names_are_errors, NULL, NULL, NULL},
        {"O05 names given twice are errors", names_given_twice_are_errors, NULL, NULL, NULL},
        {"O05 O06 hostile values do not push out what is allowed",
         hostile_values_do_not_push_out_what_is_allowed, NULL, NULL, NULL},
        {"O05 O06 hostile names are shown in part", hostile_names_are_shown_in_part, NULL, NULL,
         NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
