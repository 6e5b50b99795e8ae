/* The module text: formatting that cannot overflow, strings that cannot break a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { OUTPUT_SIZE = 4096, LONG_LENGTH = 100000, BYTES = 256 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *long_string(char byte)
{
    char *string = malloc(LONG_LENGTH + 1);
    assert_non_null(string);
    memset(string, byte, LONG_LENGTH);
    string[LONG_LENGTH] = '\0';
    return string;
}

/* Every byte but NUL, in order. */
static void every_byte(char string[BYTES])
{
    for (int byte = 1; byte < BYTES; byte++)
        string[byte - 1] = (char)byte;
    string[BYTES - 1] = '\0';
}

static bool is_printable_ascii(const char *string)
{
    for (; *string != '\0'; string++) {
        if (*string < ' ' || *string > '~')
            return false;
    }
    return true;
}

/* ---- formatting ---- */

static void adds_one_after_another(void **state)
{
    (void)state;
    char buffer[OUTPUT_SIZE];
    struct text text;
    text_start(&text, buffer, sizeof(buffer));
    assert_string_equal(buffer, "");
    text_add(&text, "port ");
    text_add_number(&text, 80);
    text_add(&text, "");
    text_add_bytes(&text, ", not this", 1);
    assert_string_equal(buffer, "port 80,");
    assert_int_equal(text.length, strlen("port 80,"));
    assert_false(text.truncated);
}

static void numbers_are_those_of_printf(void **state)
{
    (void)state;
    const int64_t numbers[] = {0,        1,         -1,        9,          10,
                               -10,      INT32_MAX, INT32_MIN, INT64_MAX,  INT64_MIN,
                               12345678, 99999,     100000,    -100000000, 7};
    for (size_t index = 0; index < COUNT(numbers); index++) {
        char expected[OUTPUT_SIZE];
        char actual[OUTPUT_SIZE];
        struct text text;
        text_start(&text, actual, sizeof(actual));
        text_add_number(&text, numbers[index]);
        snprintf(expected, sizeof(expected), "%" PRId64, numbers[index]);
        assert_string_equal(actual, expected);
    }
}

static void hexadecimal_has_its_least_digits(void **state)
{
    (void)state;
    static const struct {
        uint64_t number;
        size_t least_digits;
        const char *expected;
    } rows[] = {
        {0, 0, ""},
        {0, 1, "0"},
        {0, 4, "0000"},
        {0, 99, "00000000000000000000"},
        {0xa, 2, "0a"},
        {0xff, 1, "ff"},
        {0x1db8, 1, "1db8"},
        {0x1db8, 2, "1db8"},
        {UINT64_MAX, 1, "ffffffffffffffff"},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        char actual[OUTPUT_SIZE];
        struct text text;
        text_start(&text, actual, sizeof(actual));
        text_add_hexadecimal(&text, rows[index].number, rows[index].least_digits);
        assert_string_equal(actual, rows[index].expected);
    }
}

static void durations_are_said_as_people_do(void **state)
{
    (void)state;
    static const struct {
        uint64_t milliseconds;
        const char *expected;
    } rows[] = {
        {0, "0 ms"},
        {63, "63 ms"},
        {999, "999 ms"},
        {1000, "1.0 s"},
        {1099, "1.0 s"},
        {4200, "4.2 s"},
        {59949, "59.9 s"},
        {59999, "59.9 s"},
        {60000, "1m00s"},
        {303000, "5m03s"},
        {3599999, "59m59s"},
        {3600000, "1h00m"},
        {11520000, "3h12m"},
        {86399999, "23h59m"},
        {86400000, "1d0h"},
        {1051200000, "12d4h"},
        {UINT64_MAX, "213503982334d14h"},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        char actual[OUTPUT_SIZE];
        struct text text;
        text_start(&text, actual, sizeof(actual));
        text_add_duration(&text, rows[index].milliseconds);
        assert_string_equal(actual, rows[index].expected);
    }
}

/* One of everything. */
static void add_everything(struct text *text)
{
    text_add(text, "bind ");
    text_add_number(text, INT64_MIN);
    text_add_duration(text, 303000);
    text_add_hexadecimal(text, 0x2001, 6);
    text_add_visible(text, "a\nb\"c\\d\x7f and much more", 12);
    text_add_json(text, "\x01\xff\"\\");
    text_add_bytes(text, "end", 3);
}

static void a_cut_text_is_the_beginning_of_the_whole(void **state)
{
    (void)state;
    char whole[OUTPUT_SIZE];
    struct text text;
    text_start(&text, whole, sizeof(whole));
    add_everything(&text);
    assert_false(text.truncated);
    for (size_t size = 1; size <= strlen(whole) + 2; size++) {
        char *cut = malloc(size); /* exactly as large, for AddressSanitizer's sake */
        assert_non_null(cut);
        text_start(&text, cut, size);
        add_everything(&text);
        assert_int_equal(text.length, strlen(cut));
        assert_memory_equal(cut, whole, text.length);
        assert_int_equal(text.truncated, size <= strlen(whole));
        assert_int_equal(text.length, text.truncated ? size - 1 : strlen(whole));
        free(cut);
    }
}

static void copy_says_whether_it_fit(void **state)
{
    (void)state;
    const char source[] = "node";
    for (size_t size = 1; size <= sizeof(source) + 1; size++) {
        char *copy = malloc(size);
        assert_non_null(copy);
        assert_int_equal(text_copy(copy, size, source), size >= sizeof(source));
        assert_int_equal(strlen(copy), size < sizeof(source) ? size - 1 : sizeof(source) - 1);
        assert_memory_equal(copy, source, strlen(copy));
        free(copy);
    }
}

/* ---- strings that others chose ---- */

static void hostile_strings_are_visible(void **state)
{
    (void)state;
    static const struct {
        const char *string;
        size_t limit;
        const char *expected;
    } rows[] = {
        {"", 0, ""},
        {"node", 0, "..."},
        {"node", 3, "nod..."},
        {"node", 4, "node"},
        {"a\nportclaim[1]: forged", 64, "a\\x0aportclaim[1]: forged"},
        {"\x1b[2J\r", 64, "\\x1b[2J\\x0d"},
        {" ~\x7f", 64, " ~\\x7f"},
        {"say \"hi\"", 64, "say \\x22hi\\x22"},
        {"\\x41", 64, "\\x5cx41"},
        {"caf\xc3\xa9", 64, "caf\\xc3\\xa9"},
        {"\xff\n\n", 1, "\\xff..."},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        char actual[OUTPUT_SIZE];
        struct text text;
        text_start(&text, actual, sizeof(actual));
        text_add_visible(&text, rows[index].string, rows[index].limit);
        assert_string_equal(actual, rows[index].expected);
    }
}

static void every_byte_is_visible(void **state)
{
    (void)state;
    char string[BYTES];
    char actual[OUTPUT_SIZE];
    struct text text;
    every_byte(string);
    text_start(&text, actual, sizeof(actual));
    text_add_visible(&text, string, BYTES);
    assert_false(text.truncated);
    assert_true(is_printable_ascii(actual));
    assert_null(strchr(actual, '"'));
}

static void long_strings_are_cut_at_the_limit(void **state)
{
    (void)state;
    const char bytes[] = {'a', '\n', '"', (char)0xff};
    for (size_t index = 0; index < COUNT(bytes); index++) {
        char *string = long_string(bytes[index]);
        char actual[OUTPUT_SIZE];
        struct text text;
        text_start(&text, actual, sizeof(actual));
        text_add_visible(&text, string, 10);
        assert_false(text.truncated);
        assert_in_range(text.length, 10 + strlen("..."), 10 * strlen("\\xNN") + strlen("..."));
        assert_string_equal(actual + text.length - strlen("..."), "...");
        text_add_json(&text, string);
        assert_true(text.truncated);
        assert_int_equal(strlen(actual), sizeof(actual) - 1);
        assert_true(is_printable_ascii(actual));
        free(string);
    }
}

/* What a JSON reader makes of the string, as far as text_add_json() writes any. */
static void decode_json(const char *json, char *decoded)
{
    assert_int_equal(*json++, '"');
    while (*json != '"') {
        unsigned number = (unsigned char)*json++;
        assert_in_range(number, ' ', '~');
        if (number == '\\') {
            number = (unsigned char)*json++;
            if (number == 'u') {
                assert_int_equal(sscanf(json, "%4x", &number), 1);
                json += 4;
            } else {
                assert_true(number == '"' || number == '\\');
            }
        }
        *decoded++ = (char)number;
    }
    assert_int_equal(json[1], '\0');
    *decoded = '\0';
}

static void json_comes_back_as_it_was(void **state)
{
    (void)state;
    char string[BYTES];
    char json[OUTPUT_SIZE];
    char decoded[OUTPUT_SIZE];
    struct text text;
    every_byte(string);
    text_start(&text, json, sizeof(json));
    text_add_json(&text, string);
    decode_json(json, decoded);
    assert_string_equal(decoded, string);
    text_start(&text, json, sizeof(json));
    text_add_json(&text, "a\"b\\c\n\x7f\xc3\xa9");
    assert_string_equal(json, "\"a\\\"b\\\\c\\u000a\\u007f\\u00c3\\u00a9\"");
}

/* ---- questions ---- */

static void compares_beginnings_ends_and_wholes(void **state)
{
    (void)state;
    static const struct {
        const char *string;
        const char *part;
        bool equal, starts, ends;
    } rows[] = {
        {"", "", true, true, true},
        {"node", "", false, true, true},
        {"", "node", false, false, false},
        {"node", "node", true, true, true},
        {"node", "nodes", false, false, false},
        {"nodes", "node", false, true, false},
        {"the node", "node", false, false, true},
        {"node node", "node", false, true, true},
        {"node", "NODE", false, false, false},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        assert_int_equal(text_equal(rows[index].string, rows[index].part), rows[index].equal);
        assert_int_equal(text_starts_with(rows[index].string, rows[index].part),
                         rows[index].starts);
        assert_int_equal(text_ends_with(rows[index].string, rows[index].part), rows[index].ends);
    }
}

static void base_name_follows_the_last_slash(void **state)
{
    (void)state;
    assert_string_equal(text_base_name("/usr/bin/node"), "node");
    assert_string_equal(text_base_name("node"), "node");
    assert_string_equal(text_base_name("a/b"), "b");
    assert_string_equal(text_base_name("/srv/"), "");
    assert_string_equal(text_base_name(""), "");
}

static void reads_numbers_up_to_the_most(void **state)
{
    (void)state;
    static const struct {
        const char *string;
        uint64_t most;
        bool read;
        uint64_t number;
        const char *rest;
    } rows[] = {
        {"80", 65535, true, 80, ""},
        {"80/60", 65535, true, 80, "/60"},
        {"007", 65535, true, 7, ""},
        {"65535", 65535, true, 65535, ""},
        {"65536", 65535, false, 0, "65536"},
        {"5", 4, false, 0, "5"},
        {"0", 0, true, 0, ""},
        {"1", 0, false, 0, "1"},
        {"", 9, false, 0, ""},
        {"-1", 9, false, 0, "-1"},
        {"+1", 9, false, 0, "+1"},
        {" 1", 9, false, 0, " 1"},
        {"x1", 9, false, 0, "x1"},
        {"6OO", 600, true, 6, "OO"},
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX, ""},
        {"18446744073709551616", UINT64_MAX, false, 0, "18446744073709551616"},
        {"18446744073709551625", UINT64_MAX, false, 0, "18446744073709551625"},
        {"99999999999999999999999", UINT64_MAX, false, 0, "99999999999999999999999"},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        const char *cursor = rows[index].string;
        uint64_t number = 0;
        assert_int_equal(text_read_number(&cursor, rows[index].most, &number), rows[index].read);
        assert_true(number == rows[index].number);
        assert_string_equal(cursor, rows[index].rest);
    }
    char *digits = long_string('9');
    const char *cursor = digits;
    uint64_t number;
    assert_false(text_read_number(&cursor, UINT64_MAX, &number));
    assert_ptr_equal(cursor, digits);
    free(digits);
}

/* The vectors of draft-eastlake-fnv, section 8. */
static void hash_is_fnv_1a(void **state)
{
    (void)state;
    assert_true(text_hash(TEXT_HASH_START, "", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(text_hash(TEXT_HASH_START, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(text_hash(TEXT_HASH_START, "foobar", 6) == UINT64_C(0x85944171f73967e8));
    uint64_t pieces = text_hash(text_hash(TEXT_HASH_START, "foo", 3), "bar", 3);
    assert_true(pieces == UINT64_C(0x85944171f73967e8));
    assert_true(text_hash(TEXT_HASH_START, "\xff", 1) != text_hash(TEXT_HASH_START, "\x7f", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"adds one after another", adds_one_after_another, NULL, NULL, NULL},
        {"numbers are those of printf", numbers_are_those_of_printf, NULL, NULL, NULL},
        {"hexadecimal has its least digits", hexadecimal_has_its_least_digits, NULL, NULL, NULL},
        {"durations are said as people do", durations_are_said_as_people_do, NULL, NULL, NULL},
        {"a cut text is the beginning of the whole", a_cut_text_is_the_beginning_of_the_whole, NULL,
         NULL, NULL},
        {"copy says whether it fit", copy_says_whether_it_fit, NULL, NULL, NULL},
        {"O06 hostile strings are made visible", hostile_strings_are_visible, NULL, NULL, NULL},
        {"O06 every byte is made visible", every_byte_is_visible, NULL, NULL, NULL},
        {"O06 strings of 100 000 bytes are cut", long_strings_are_cut_at_the_limit, NULL, NULL,
         NULL},
        {"O06 every byte comes back from JSON", json_comes_back_as_it_was, NULL, NULL, NULL},
        {"compares beginnings, ends and wholes", compares_beginnings_ends_and_wholes, NULL, NULL,
         NULL},
        {"base name follows the last slash", base_name_follows_the_last_slash, NULL, NULL, NULL},
        {"reads numbers up to the most allowed", reads_numbers_up_to_the_most, NULL, NULL, NULL},
        {"hash is FNV-1a", hash_is_fnv_1a, NULL, NULL, NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
