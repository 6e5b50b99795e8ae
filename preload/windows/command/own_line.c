#include "own_line.h"

#include "allocate.h"
#include "windows/command_line.h"
#include "windows/system.h"
#include "windows/wide.h"

#include <stdlib.h>

enum { BYTES_PER_UNIT = 3 /* of UTF-8, at most, for one of UTF-16 */ };

struct word {
    char *text;
    const wchar_t *wide;
    const wchar_t *behind;
};

static struct word *words;

static void add(size_t count, const wchar_t *argument, const wchar_t *behind)
{
    size_t units = wcslen(argument) + 1;
    wchar_t *wide = allocate(units * sizeof(*wide));
    char *text = allocate(units * BYTES_PER_UNIT);
    wmemcpy(wide, argument, units);
    (void)wide_to_text(argument, text, units * BYTES_PER_UNIT);
    words[count] = (struct word){text, wide, behind};
}

static size_t split(const wchar_t *line, wchar_t *argument)
{
    size_t count = 0;
    const wchar_t *cursor = command_line_program(line, argument);
    add(count++, argument, cursor);
    while (command_line_next(&cursor, argument))
        add(count++, argument, cursor);
    return count;
}

char **own_line_arguments(int *count)
{
    const wchar_t *line = GetCommandLineW();
    size_t units = wcslen(line) + 1;
    wchar_t *argument = allocate(units * sizeof(*argument));
    /* At most one word for every unit, and the program's. */
    words = allocate((units + 1) * sizeof(*words));
    *count = (int)split(line, argument);
    char **arguments = allocate(((size_t)*count + 1) * sizeof(*arguments));
    for (int index = 0; index < *count; index++)
        arguments[index] = words[index].text;
    arguments[*count] = NULL;
    free(argument);
    return arguments;
}

static const struct word *find(const char *argument)
{
    const struct word *word = words;
    while (word->text != argument)
        word++;
    return word;
}

const wchar_t *own_line_wide(const char *argument)
{
    return find(argument)->wide;
}

const wchar_t *own_line_behind(const char *argument)
{
    return find(argument)->behind;
}
