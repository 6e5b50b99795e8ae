/*
 * inject_lines SEED: command_line.h against CommandLineToArgvW, on command lines made up of what
 * means something in them; and every argument quoted, read back by both. Exit code 1 at the first
 * difference, which it shows.
 */
#include "windows/command_line.h"
#include "windows/system.h"

#include <shellapi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 50000, MOST_UNITS = 24 };

static uint64_t state;

static uint32_t random_below(uint32_t bound)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % bound;
}

static void make(wchar_t *string, const wchar_t *units, size_t least)
{
    size_t length = least + random_below(MOST_UNITS - (uint32_t)least);
    for (size_t index = 0; index < length; index++)
        string[index] = units[random_below((uint32_t)wcslen(units))];
    string[length] = L'\0';
}

static bool reads_the_same(const wchar_t *line)
{
    wchar_t argument[8 * MOST_UNITS];
    int count;
    int index = 1;
    wchar_t **wanted = CommandLineToArgvW(line, &count);
    const wchar_t *cursor = command_line_program(line, argument);
    bool same = wcscmp(argument, wanted[0]) == 0;
    while (same && command_line_next(&cursor, argument))
        same = index < count && wcscmp(argument, wanted[index++]) == 0;
    same = same && index == count;
    LocalFree(wanted);
    return same;
}

static bool comes_back(const wchar_t *argument)
{
    wchar_t line[8 * MOST_UNITS] = L"x ";
    int count;
    size_t length = command_line_quote(argument, line + 2);
    if (length > COMMAND_LINE_QUOTED(wcslen(argument)))
        return false;
    wcscpy(line + 2 + length, L" y");
    wchar_t **read = CommandLineToArgvW(line, &count);
    bool same = count == 3 && wcscmp(read[1], argument) == 0 && reads_the_same(line);
    LocalFree(read);
    return same;
}

int main(int argument_count, char **arguments)
{
    wchar_t line[MOST_UNITS + 1];
    state = argument_count > 1 ? strtoull(arguments[1], NULL, 10) : 1;
    for (int round = 0; round < ROUNDS; round++) {
        /* Of an empty line CommandLineToArgvW makes the program's path. */
        make(line, L"a\"\\ \t", 1);
        if (!reads_the_same(line) || !comes_back(line)) {
            printf("differs: [%ls]\n", line);
            return 1;
        }
    }
    if (!comes_back(L""))
        return 1;
    puts("the same");
    return 0;
}
