#include "script.h"

#include <string.h>

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static const char *skip_blanks(const char *cursor, const char *end)
{
    while (cursor < end && is_blank(*cursor))
        cursor++;
    return cursor;
}

static bool ends_word(char byte)
{
    return is_blank(byte) || byte == '\0';
}

static const char *skip_word(const char *cursor, const char *end)
{
    while (cursor < end && !ends_word(*cursor))
        cursor++;
    return cursor;
}

static void copy(char *target, const char *start, const char *end)
{
    memcpy(target, start, (size_t)(end - start));
    target[end - start] = '\0';
}

/*
 * Where the line ends; NULL when the interpreter's name may have been cut. An argument may be.
 */
static const char *find_end(const char *line)
{
    const char *last = &line[SCRIPT_LINE_SIZE - 1];
    const char *end = memchr(line, '\n', SCRIPT_LINE_SIZE);
    if (end != NULL)
        return end;
    const char *name = skip_blanks(line + 2, last);
    return skip_word(name, last) == last && !ends_word(*last) ? NULL : last;
}

bool script_read(const char *start, size_t size, struct script *script)
{
    /* A shorter file is filled up with NULs, as in the kernel. */
    char line[SCRIPT_LINE_SIZE] = "";
    memcpy(line, start, size < sizeof(line) ? size : sizeof(line));
    const char *end = find_end(line);
    if (line[0] != '#' || line[1] != '!' || end == NULL)
        return false;
    while (end > line + 2 && is_blank(end[-1]))
        end--;
    const char *name = skip_blanks(line + 2, end);
    const char *name_end = skip_word(name, end);
    if (name == name_end)
        return false;
    copy(script->interpreter, name, name_end);
    const char *argument = *name_end == '\0' ? end : skip_blanks(name_end, end);
    copy(script->argument, argument, end);
    return true;
}
