#include "command_line.h"

static bool is_blank(wchar_t unit)
{
    return unit == L' ' || unit == L'\t';
}

static const wchar_t *skip_blanks(const wchar_t *cursor)
{
    while (is_blank(*cursor))
        cursor++;
    return cursor;
}

const wchar_t *command_line_program(const wchar_t *line, wchar_t *name)
{
    bool quoted = *line == L'"';
    line += quoted;
    while (*line != L'\0' && (quoted ? *line != L'"' : !is_blank(*line)))
        *name++ = *line++;
    *name = L'\0';
    return skip_blanks(line + (quoted && *line == L'"'));
}

/*
 * A run of backslashes before a quote stands for half as many; an odd one makes the quote a letter.
 * Elsewhere they stand for themselves. Returns whether the quote, if there is one, is a letter.
 */
static bool take_backslashes(const wchar_t **cursor, wchar_t **target)
{
    size_t count = 0;
    while ((*cursor)[count] == L'\\')
        count++;
    *cursor += count;
    bool before_quote = **cursor == L'"';
    for (size_t left = before_quote ? count / 2 : count; left > 0; left--)
        *(*target)++ = L'\\';
    return before_quote && count % 2 == 1;
}

/*
 * Quotes in a row, counted from the one that opened: the third is a letter and closes, the second
 * closes. (Seen in Windows and in Wine's shell32; the documentation is silent.)
 */
static unsigned take_quotes(const wchar_t **cursor, wchar_t **target, unsigned open)
{
    const unsigned letter = 3;
    for (; **cursor == L'"'; (*cursor)++) {
        if (++open == letter) {
            *(*target)++ = L'"';
            open = 0;
        }
    }
    return open % 2;
}

bool command_line_next(const wchar_t **cursor, wchar_t *argument)
{
    unsigned open = 0;
    const wchar_t *at = *cursor;
    bool found = *at != L'\0';
    while (*at != L'\0' && (open != 0 || !is_blank(*at))) {
        bool is_letter = take_backslashes(&at, &argument);
        if (is_letter)
            *argument++ = *at++;
        if (*at == L'"')
            open = take_quotes(&at, &argument, open);
        else if (!is_letter && *at != L'\0' && (open != 0 || !is_blank(*at)))
            *argument++ = *at++;
    }
    *argument = L'\0';
    *cursor = skip_blanks(at);
    return found;
}

/* Empty, or with what would end it or mean something. */
static bool needs_quotes(const wchar_t *argument)
{
    return *argument == L'\0' || wcspbrk(argument, L" \t\n\v\"") != NULL;
}

size_t command_line_quote(const wchar_t *argument, wchar_t *quoted)
{
    wchar_t *target = quoted;
    if (!needs_quotes(argument)) {
        while (*argument != L'\0')
            *target++ = *argument++;
        return (size_t)(target - quoted);
    }
    *target++ = L'"';
    for (;;) {
        size_t backslashes = 0;
        for (; *argument == L'\\'; argument++)
            backslashes++;
        bool is_quote = *argument == L'"';
        size_t written = is_quote || *argument == L'\0' ? 2 * backslashes : backslashes;
        for (written += is_quote; written > 0; written--)
            *target++ = L'\\';
        if (*argument == L'\0')
            break;
        *target++ = *argument++;
    }
    *target++ = L'"';
    return (size_t)(target - quoted);
}
