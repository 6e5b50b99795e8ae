/* The modules wide and path: names go there and back unchanged, and are never cut within one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "windows/path.h"
#include "windows/wide.h"

enum { ROOM = 64, UNITS = 0x10000, HIGH = 0xd800, LOW = 0xdc00, SURROGATES = 0x400 };

_Static_assert(sizeof(wchar_t) == 2, "compile with -fshort-wchar");

static bool wide_equal(const wchar_t *left, const wchar_t *right)
{
    while (*left != L'\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

static void assert_text(const wchar_t *wide, const char *expected)
{
    char text[ROOM];
    wchar_t back[ROOM];
    assert_true(wide_to_text(wide, text, sizeof(text)));
    assert_string_equal(text, expected);
    assert_true(wide_from_text(text, back, ROOM));
    assert_true(wide_equal(back, wide));
}

static void known_characters(void **state)
{
    (void)state;
    assert_text(L"", "");
    assert_text(L"C:\\a", "C:\\a");
    assert_text(L"\x7f\x80\x7ff\x800\xffff", "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
    assert_text(L"\xd83d\xde00", "\xf0\x9f\x98\x80");                             /* a pair */
    assert_text(L"\xd800\xdc00\xdbff\xdfff", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"); /* its ends */
    assert_text(L"a\xd83d", "a\xed\xa0\xbd");                 /* a half at the end */
    assert_text(L"\xde00\xd83d", "\xed\xb8\x80\xed\xa0\xbd"); /* two in the wrong order */
}

static void every_unit_comes_back(void **state)
{
    (void)state;
    for (uint32_t unit = 1; unit < UNITS; unit++) {
        char text[ROOM];
        wchar_t wide[] = {L'a', (wchar_t)unit, L'b', 0};
        wchar_t back[ROOM];
        assert_true(wide_to_text(wide, text, sizeof(text)));
        assert_true(wide_from_text(text, back, ROOM));
        assert_true(wide_equal(back, wide));
    }
}

static void every_pair_comes_back(void **state)
{
    (void)state;
    for (uint32_t high = HIGH; high < HIGH + SURROGATES; high++) {
        for (uint32_t low = LOW; low < LOW + SURROGATES; low += 31) {
            char text[ROOM];
            wchar_t wide[] = {(wchar_t)high, (wchar_t)low, 0};
            wchar_t back[ROOM];
            assert_true(wide_to_text(wide, text, sizeof(text)));
            assert_int_equal(strlen(text), 4);
            assert_true(wide_from_text(text, back, ROOM));
            assert_true(wide_equal(back, wide));
        }
    }
}

static void cut_between_characters(void **state)
{
    (void)state;
    static const char whole[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z";
    static const wchar_t wide[] = L"a\xe4\x20ac\xd83d\xde00z";
    static const size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};
    static const size_t unit_ends[] = {0, 1, 2, 3, 3, 5, 6};
    for (size_t size = 1; size <= sizeof(whole); size++) {
        char text[sizeof(whole)];
        memset(text, 'X', sizeof(text));
        assert_int_equal(wide_to_text(wide, text, size), size == sizeof(whole));
        assert_int_equal(strlen(text), ends[size - 1]);
        assert_memory_equal(text, whole, ends[size - 1]);
    }
    for (size_t count = 1; count <= sizeof(wide) / sizeof(wide[0]); count++) {
        wchar_t back[sizeof(wide) / sizeof(wide[0])];
        size_t length = 0;
        assert_int_equal(wide_from_text(whole, back, count),
                         count == sizeof(wide) / sizeof(wide[0]));
        while (back[length] != L'\0')
            length++;
        assert_int_equal(length, unit_ends[count - 1]);
    }
}

static void what_is_no_text_ends_it(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "ab\x80",
        "ab\xc3",
        "ab\xc3(",
        "ab\xc0\x80",
        "ab\xe0\x80\x80",
        "ab\xe2\x82",
        "ab\xf0\x80\x80\x80",
        "ab\xf4\x90\x80\x80",
        "ab\xf8\x88\x80\x80\x80",
        "ab\xff",
    };
    for (size_t index = 0; index < sizeof(broken) / sizeof(broken[0]); index++) {
        wchar_t wide[ROOM];
        assert_false(wide_from_text(broken[index], wide, ROOM));
        assert_true(wide_equal(wide, L"ab"));
    }
}

static void paths_of_settings(void **state)
{
    (void)state;
    static const struct {
        const char *given;
        const char *setting;
        const wchar_t *wide;
    } cases[] = {
        {"C:\\Logs\\a.log", "/C:/Logs/a.log", L"C:\\Logs\\a.log"},
        {"c:/Logs\\a", "/c:/Logs/a", L"c:\\Logs\\a"},
        {"\\\\server\\share\\a", "//server/share/a", L"\\\\server\\share\\a"},
        {"/tmp/a", "/tmp/a", L"\\tmp\\a"},
        {"\\tmp\\a", "/tmp/a", L"\\tmp\\a"},
        {"/C:/Logs", "/C:/Logs", L"C:\\Logs"},
        {"relative\\a", "relative\\a", L"relative\\a"},
        {"C:relative", "C:relative", L"C:relative"},
        {"stderr", "stderr", L"stderr"},
        {"", "", L""},
    };
    for (size_t index = 0; index < sizeof(cases) / sizeof(cases[0]); index++) {
        char buffer[ROOM];
        wchar_t wide[ROOM];
        struct text text;
        text_start(&text, buffer, sizeof(buffer));
        path_add_setting(&text, cases[index].given);
        assert_string_equal(buffer, cases[index].setting);
        assert_true(path_to_wide(buffer, wide, ROOM));
        assert_true(wide_equal(wide, cases[index].wide));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"known characters", known_characters, NULL, NULL, NULL},
        {"every unit comes back, lone surrogates as well", every_unit_comes_back, NULL, NULL, NULL},
        {"pairs come back", every_pair_comes_back, NULL, NULL, NULL},
        {"cut between characters", cut_between_characters, NULL, NULL, NULL},
        {"what is no text ends it", what_is_no_text_ends_it, NULL, NULL, NULL},
        {"paths of settings", paths_of_settings, NULL, NULL, NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
