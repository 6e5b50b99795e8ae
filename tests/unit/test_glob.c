/* The globs of the module text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "random.h"

enum { LONG_LENGTH = 100000, ROUNDS = 200000, PATTERN_SIZE = 128, STRING_SIZE = 8 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void globs_match_by_the_book(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *string;
        bool matches;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"**", "anything/at all", true},
        {"node", "node", true},
        {"node", "nodes", false},
        {"node*", "nodes", true},
        {"*gateway*", "openclaw-gateway-18789", true},
        {"*.service", "openclaw.service", true},
        {"*.service", "openclaw.services", false},
        {"*a*b", "xaxbxb", true},
        {"*ab*cd", "abcabcd", true},
        {"?", "", false},
        {"n?de", "node", true},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[!a-c]x", "dx", true},
        {"[!a-c]x", "bx", false},
        {"[^a-c]x", "dx", true},
        {"[]]", "]", true},
        {"[!]]", "]", false},
        {"[!]]", "a", true},
        {"[]-a]", "_", true},
        {"[a-]", "-", true},
        {"[-a]", "-", true},
        {"[c-a]", "b", false},
        {"[\\]]", "]", true},
        {"[a\\-z]", "b", false},
        {"[a\\-z]", "-", true},
        {"[\\a-\\c]", "b", true},
        {"[\x80-\xff]", "\xc3", true},
        {"[a", "[a", true},
        {"[a", "a", false},
        {"[", "[", true},
        {"[!", "[!", true},
        {"[]", "[]", true},
        {"[a-", "[a-", true},
        {"*[", "x[", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"\\\\", "\\", true},
        {"\\a", "a", true},
        {"a\\", "a", false},
        {"a\\", "a\\", false},
        {"\\", "", false},
        {".*", ".hidden", true},
        {"*", ".hidden", true},
        {"/opt/*", "/opt/a/b", true},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        bool matches = text_matches_glob(rows[index].pattern, rows[index].string);
        if (matches != rows[index].matches)
            fail_msg("\"%s\" on \"%s\": %d", rows[index].pattern, rows[index].string, matches);
    }
}

static const char letters[] = "aabbc-!*?[]\\^";

static char random_letter(uint64_t *seed)
{
    return letters[random_below(seed, sizeof(letters) - 1)];
}

static char *add_quoted(char *end, char letter)
{
    *end++ = '\\';
    *end++ = letter;
    return end;
}

/*
 * Only classes that are closed: of the others glibc says now this, now that, depending on whether
 * an earlier byte matched. A bracket quoted or first, a minus first, last or quoted, and ranges.
 */
static char *add_class(uint64_t *seed, char *end)
{
    *end++ = '[';
    if (random_below(seed, 3) == 0)
        *end++ = '!';
    if (random_below(seed, 4) == 0)
        *end++ = ']';
    else
        *end++ = "abc-"[random_below(seed, 4)];
    for (uint32_t left = random_below(seed, 3); left > 0; left--) {
        if (random_below(seed, 3) == 0)
            end = add_quoted(end, random_letter(seed));
        else
            *end++ = "abc?*!"[random_below(seed, 6)];
        if (random_below(seed, 3) == 0) {
            *end++ = '-';
            *end++ = "abc"[random_below(seed, 3)];
        }
    }
    if (random_below(seed, 4) == 0)
        *end++ = '-';
    *end++ = ']';
    return end;
}

static void make_pattern(uint64_t *seed, char *pattern)
{
    char *end = pattern;
    for (uint32_t left = random_below(seed, 6); left > 0; left--) {
        switch (random_below(seed, 6)) {
        case 0:
            *end++ = '*';
            break;
        case 1:
            *end++ = '?';
            break;
        case 2:
            end = add_quoted(end, random_letter(seed));
            break;
        case 3:
            end = add_class(seed, end);
            break;
        default:
            *end++ = "abc-!]"[random_below(seed, 6)];
        }
    }
    *end = '\0';
}

static void globs_match_as_fnmatch_does(void **state)
{
    (void)state;
    const uint64_t first_seed = 20260401;
    uint64_t seed = first_seed;
    uint32_t matched = 0;
    print_message("# seed %" PRIu64 "\n", first_seed);
    for (int round = 0; round < ROUNDS; round++) {
        char pattern[PATTERN_SIZE];
        char string[STRING_SIZE];
        make_pattern(&seed, pattern);
        uint32_t length = random_below(&seed, sizeof(string));
        for (uint32_t index = 0; index < length; index++)
            string[index] = random_letter(&seed);
        string[length] = '\0';
        bool expected = fnmatch(pattern, string, 0) == 0;
        if (text_matches_glob(pattern, string) != expected)
            fail_msg("\"%s\" on \"%s\": fnmatch says %d", pattern, string, expected);
        matched += expected ? 1 : 0;
    }
    assert_true(matched > 1000); /* else the rounds would prove nothing */
}

/* A matcher that tries every star again would take longer than the sun has left. */
static void many_stars_end_in_time(void **state)
{
    (void)state;
    char *string = malloc(LONG_LENGTH + 1);
    assert_non_null(string);
    memset(string, 'a', LONG_LENGTH);
    string[LONG_LENGTH] = '\0';
    assert_false(text_matches_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", string));
    assert_true(text_matches_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a", string));
    assert_true(text_matches_glob(string, string));
    free(string);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"globs match by the book", globs_match_by_the_book, NULL, NULL, NULL},
        {"globs match as fnmatch does", globs_match_as_fnmatch_does, NULL, NULL, NULL},
        {"globs with many stars end in time", many_stars_end_in_time, NULL, NULL, NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
