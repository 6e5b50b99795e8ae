/*
 * Windows' own bind matrix: learn.microsoft.com/windows-hardware/drivers/network/
 * sharing-transport-addresses. Under Wine it cannot be seen, for Wine binds as Linux does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "windows/sharing.h"

static const enum sharing all[] = {SHARING_DEFAULT, SHARING_ALLOWED, SHARING_FORBIDDEN};
enum { KINDS = sizeof(all) / sizeof(all[0]) };

/* A row of the page: the second bind; a column: the first; each for the wildcard, then an address.
 */
static void check_row(enum sharing second, bool wildcard, const char *answers)
{
    static const char letters[] = {[SHARING_SUCCEEDS] = 'S',
                                   [SHARING_IN_USE] = 'I',
                                   [SHARING_REFUSED] = 'D',
                                   [SHARING_CHECKED] = 'C'};
    for (int column = 0; column < 2 * KINDS; column++) {
        struct sharing_socket first = {all[column / 2], column % 2 == 0};
        struct sharing_socket socket = {second, wildcard};
        assert_int_equal(letters[sharing_answer(first, socket)], answers[column]);
    }
}

static void every_cell(void **state)
{
    (void)state;
    check_row(SHARING_DEFAULT, true, "ISISIS");
    check_row(SHARING_DEFAULT, false, "CICDDI");
    check_row(SHARING_ALLOWED, true, "DSSSDS");
    check_row(SHARING_ALLOWED, false, "CDSSDD");
    check_row(SHARING_FORBIDDEN, true, "IIIIII");
    check_row(SHARING_FORBIDDEN, false, "CICIDI");
}

/* An earlier instance that did as this one does: what a restart meets. */
static enum sharing_answer answer_to_restart(enum sharing sharing, bool wildcard)
{
    struct sharing_socket socket = {sharing, wildcard};
    return sharing_answer(socket, socket);
}

static void restarts_are_told(void **state)
{
    (void)state;
    for (int wildcard = 0; wildcard < 2; wildcard++) {
        assert_int_equal(answer_to_restart(SHARING_DEFAULT, wildcard), SHARING_IN_USE);
        assert_int_equal(answer_to_restart(SHARING_FORBIDDEN, wildcard), SHARING_IN_USE);
    }
}

static void restarts_with_reuse_share_silently(void **state)
{
    (void)state;
    assert_int_equal(answer_to_restart(SHARING_ALLOWED, true), SHARING_SUCCEEDS);
    assert_int_equal(answer_to_restart(SHARING_ALLOWED, false), SHARING_SUCCEEDS);
}

/* What the hook asks before a bind: only then the table has to be looked at first. */
static void only_reuse_hides_a_holder_of_the_same_address(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        for (int wildcard = 0; wildcard < 2; wildcard++) {
            struct sharing_socket socket = {all[kind], wildcard};
            assert_int_equal(sharing_hides_equal(socket), all[kind] == SHARING_ALLOWED);
        }
    }
}

/* The one bind that always learns of everybody. */
static void an_exclusive_wildcard_hides_nobody(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        for (int wildcard = 0; wildcard < 2; wildcard++) {
            struct sharing_socket socket = {all[kind], wildcard};
            bool expected = !(all[kind] == SHARING_FORBIDDEN && wildcard);
            assert_int_equal(sharing_hides_any(socket), expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"W01 W02 Microsoft's table of two binds to one port, cell by cell", every_cell, NULL, NULL,
         NULL},
        {"W01 a restart without SO_REUSEADDR is told that the port is in use", restarts_are_told,
         NULL, NULL, NULL},
        {"W01 a restart with SO_REUSEADDR would share the port silently",
         restarts_with_reuse_share_silently, NULL, NULL, NULL},
        {"W01 only SO_REUSEADDR hides a holder of the same address",
         only_reuse_hides_a_holder_of_the_same_address, NULL, NULL, NULL},
        {"W01 an exclusive bind of the wildcard hides nobody", an_exclusive_wildcard_hides_nobody,
         NULL, NULL, NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
