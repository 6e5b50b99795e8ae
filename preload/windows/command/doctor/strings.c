#include "strings.h"

#include "command/wording.h"
#include "windows/command/allocate.h"
#include "windows/command/environment_entry.h"
#include "windows/command_line.h"
#include "windows/system.h"
#include "windows/wide.h"

#include <string.h>

enum { BYTES_PER_UNIT = 3 /* of UTF-8, at most, for one of UTF-16 */ };

char *strings_from_wide(const wchar_t *wide)
{
    size_t size = wcslen(wide) * BYTES_PER_UNIT + 1;
    char *text = allocate(size);
    (void)wide_to_text(wide, text, size);
    return text;
}

wchar_t *strings_to_wide(const char *text)
{
    size_t count = strlen(text) + 1;
    wchar_t *wide = allocate(count * sizeof(*wide));
    (void)wide_from_text(text, wide, count);
    return wide;
}

void strings_add_variable(struct string_list *environment, const wchar_t *entry)
{
    char *text = environment_entry(strings_from_wide(entry));
    string_list_add(environment, text);
    free(text);
}

void strings_split_line(const wchar_t *line, struct string_list *words)
{
    wchar_t *word = allocate((wcslen(line) + 1) * sizeof(*word));
    const wchar_t *cursor = command_line_program(line, word);
    do {
        char *text = strings_from_wide(word);
        string_list_add(words, text);
        free(text);
    } while (command_line_next(&cursor, word));
    free(word);
}

char *strings_slashed(const char *path)
{
    char *slashed = formatted("%s", path);
    for (char *byte = slashed; *byte != '\0'; byte++) {
        if (*byte == '\\')
            *byte = '/';
    }
    return slashed;
}

/* What "cmd /?" lists as special; a "%" is one within quotes as well. */
char *strings_word(const char *word)
{
    if (word[0] != '\0' && strpbrk(word, " \t&|<>()[]{}^=;!'+,`~\"") == NULL)
        return formatted("%s", word);
    wchar_t *wide = strings_to_wide(word);
    wchar_t *quoted = allocate((COMMAND_LINE_QUOTED(wcslen(wide)) + 3) * sizeof(*quoted));
    size_t length = command_line_quote(wide, quoted);
    quoted[length] = L'\0';
    char *text = strings_from_wide(quoted);
    free(wide);
    free(quoted);
    if (text[0] == '"')
        return text;
    char *whole = formatted("\"%s\"", text);
    free(text);
    return whole;
}

char *strings_line(const struct string_list *words)
{
    struct wording line = {0};
    for (size_t index = 0; index < words->count; index++) {
        char *word = strings_word(words->list[index]);
        wording_add(&line, index == 0 ? "%s" : " %s", word);
        free(word);
    }
    return wording_end(&line);
}

const char *strings_base_name(const char *path)
{
    const char *name = path;
    for (; *path != '\0'; path++) {
        if (*path == '/' || *path == '\\')
            name = path + 1;
    }
    return name;
}

bool strings_same(const char *left, const char *right)
{
    return _stricmp(left, right) == 0;
}
