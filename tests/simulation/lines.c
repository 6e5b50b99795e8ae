#include "lines.h"

#include "core/report.h"

#include <string.h>

/* ---- strict JSON (RFC 8259), of which the core writes only printable ASCII ---- */

struct cursor {
    const char *next;
    const char *end;
};

static bool take(struct cursor *cursor, char byte)
{
    if (cursor->next == cursor->end || *cursor->next != byte)
        return false;
    cursor->next++;
    return true;
}

static bool take_word(struct cursor *cursor, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(cursor->end - cursor->next) < length || memcmp(cursor->next, word, length) != 0)
        return false;
    cursor->next += length;
    return true;
}

static bool take_one_of(struct cursor *cursor, const char *set)
{
    if (cursor->next == cursor->end || *cursor->next == '\0' || strchr(set, *cursor->next) == NULL)
        return false;
    cursor->next++;
    return true;
}

static bool take_escape(struct cursor *cursor)
{
    if (!take(cursor, 'u'))
        return take_one_of(cursor, "\"\\/bfnrt");
    for (int digit = 0; digit < 4; digit++) {
        if (!take_one_of(cursor, "0123456789abcdefABCDEF"))
            return false;
    }
    return true;
}

static bool take_string(struct cursor *cursor)
{
    if (!take(cursor, '"'))
        return false;
    while (cursor->next < cursor->end && *cursor->next != '"') {
        if (take(cursor, '\\')) {
            if (!take_escape(cursor))
                return false;
        } else {
            cursor->next++;
        }
    }
    return take(cursor, '"');
}

static bool take_digits(struct cursor *cursor)
{
    bool any = false;
    while (take_one_of(cursor, "0123456789"))
        any = true;
    return any;
}

/* The core knows only whole numbers. No zero may lead. */
static bool take_number(struct cursor *cursor)
{
    take(cursor, '-');
    return take(cursor, '0') || take_digits(cursor);
}

static bool take_value(struct cursor *cursor)
{
    if (cursor->next < cursor->end && *cursor->next == '"')
        return take_string(cursor);
    return take_number(cursor) || take_word(cursor, "true") || take_word(cursor, "false") ||
           take_word(cursor, "null");
}

/* One flat object: the schema of portclaim(7) nests nothing. */
static bool is_object(const char *line, size_t length)
{
    struct cursor cursor = {line, line + length};
    if (!take(&cursor, '{'))
        return false;
    do {
        if (!take_string(&cursor) || !take(&cursor, ':') || !take_value(&cursor))
            return false;
    } while (take(&cursor, ','));
    return take(&cursor, '}') && cursor.next == cursor.end;
}

/* ---- */

static bool is_printable(const char *line, size_t length)
{
    for (size_t index = 0; index < length; index++) {
        if (line[index] < ' ' || line[index] > '~')
            return false;
    }
    return true;
}

const char *lines_find_mistake(const char *line, size_t length, bool json)
{
    static const char beginning[] = "portclaim[";
    if (length == 0 || line[length - 1] != '\n')
        return "does not end in a newline";
    if (length > REPORT_LINE_SIZE)
        return "is too long";
    if (!is_printable(line, length - 1))
        return "has a byte that is not printable ASCII";
    if (json && !is_object(line, length - 1))
        return "is no JSON object";
    if (!json && strncmp(line, beginning, sizeof(beginning) - 1) != 0)
        return "does not begin with who wrote it";
    return NULL;
}
