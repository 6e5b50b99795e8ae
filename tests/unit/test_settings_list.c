/* The comma-separated lists among the settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/settings.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void lists_are_walked(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        const char *entries[4];
    } rows[] = {
        {"", {NULL}},
        {" , ,\t,", {NULL}},
        {"a", {"a"}},
        {"a,b,c", {"a", "b", "c"}},
        {" a b ,\tc\t,", {"a b", "c"}},
        {",a,,b", {"a", "b"}},
        {"exe:*,comm:[a]", {"exe:*", "comm:[a]"}},
    };
    for (size_t index = 0; index < COUNT(rows); index++) {
        const char *cursor = rows[index].list;
        char entry[SETTINGS_LIST_SIZE];
        size_t count = 0;
        while (settings_next_entry(&cursor, entry, sizeof(entry))) {
            assert_non_null(rows[index].entries[count]);
            assert_string_equal(entry, rows[index].entries[count]);
            count++;
        }
        assert_null(rows[index].entries[count]);
        assert_false(settings_next_entry(&cursor, entry, sizeof(entry)));
    }
}

static void entries_are_cut_to_their_room(void **state)
{
    (void)state;
    for (size_t size = 2; size <= sizeof("node"); size++) {
        const char *cursor = " node , b";
        char *entry = malloc(size);
        assert_non_null(entry);
        assert_true(settings_next_entry(&cursor, entry, size));
        assert_int_equal(strlen(entry), size - 1);
        assert_memory_equal(entry, "node", size - 1);
        assert_true(settings_next_entry(&cursor, entry, size));
        assert_string_equal(entry, "b");
        free(entry);
    }
}

static void lists_match_names(void **state)
{
    (void)state;
    const char *const names[] = {NULL, "", "node", "gateway.js"};
    static const struct {
        const char *list;
        bool matches;
    } rows[] = {
        {"", false},       {"node", true},     {"nod", false},     {"python, gate*", true},
        {"python", false}, {"*.js", true},     {"a,b,c,d", false}, {" node ", true},
        {"?ode,x", true},  {"[m-o]ode", true}, {"NODE", false},
    };
    for (size_t index = 0; index < COUNT(rows); index++)
        assert_int_equal(settings_list_matches(rows[index].list, names, COUNT(names)),
                         rows[index].matches);
    assert_false(settings_list_matches("*", names, 2)); /* NULL and "" match nothing */
    assert_false(settings_list_matches("*", names, 0));
    assert_true(settings_list_matches("*", names, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"lists are walked", lists_are_walked, NULL, NULL, NULL},
        {"entries are cut to their room", entries_are_cut_to_their_room, NULL, NULL, NULL},
        {"lists match names", lists_match_names, NULL, NULL, NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
