#include "notation.h"

#include "command/command.h"
#include "core/text.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\n";

static FILE *open_word(char **word, size_t *size)
{
    *word = NULL;
    FILE *stream = open_memstream(word, size);
    if (stream == NULL)
        err(EXIT_MISUSE, "portclaim");
    return stream;
}

static void close_word(FILE *stream)
{
    if (fclose(stream) != 0)
        err(EXIT_MISUSE, "portclaim");
}

/* ---- lists of strings ---- */

static char unescaped(char byte)
{
    static const char letters[] = "abfnrtv";
    static const char meant[] = "\a\b\f\n\r\t\v";
    const char *place = byte == '\0' ? NULL : strchr(letters, byte);
    return place == NULL ? byte : meant[place - letters];
}

/* From the opening quote to behind the closing one. */
static const char *copy_quoted(const char *cursor, FILE *stream)
{
    for (cursor++; *cursor != '"' && *cursor != '\0'; cursor++) {
        bool escaped = cursor[0] == '\\' && cursor[1] != '\0';
        if (escaped)
            cursor++;
        fputc(escaped ? unescaped(*cursor) : *cursor, stream);
    }
    return *cursor == '"' ? cursor + 1 : cursor;
}

void notation_split(const char *value, struct string_list *words)
{
    for (const char *cursor = value + strspn(value, blanks); *cursor != '\0';
         cursor += strspn(cursor, blanks)) {
        char *word;
        size_t size;
        FILE *stream = open_word(&word, &size);
        while (*cursor != '\0' && strchr(blanks, *cursor) == NULL) {
            if (*cursor == '"')
                cursor = copy_quoted(cursor, stream);
            else
                fputc(*cursor++, stream);
        }
        close_word(stream);
        string_list_add(words, word);
        free(word);
    }
}

bool notation_has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (list += strspn(list, blanks); *list != '\0'; list += strspn(list, blanks)) {
        size_t size = strcspn(list, blanks);
        if (size == length && memcmp(list, word, length) == 0)
            return true;
        list += size;
    }
    return false;
}

bool notation_allows(const char *set, const char *name)
{
    bool forbids = set[0] == '~';
    size_t length = strlen(name);
    for (set += forbids; *set != '\0'; set += strspn(set, blanks)) {
        size_t size = strcspn(set, " \t\r\n:");
        if (size == length && memcmp(set, name, length) == 0)
            return !forbids;
        set += strcspn(set, blanks);
    }
    return forbids;
}

/* ---- environment files ---- */

static const char line_ends[] = "\n\r";
static const char spaces[] = " \t";

/* From the opening quote to behind the closing one. */
static const char *copy_quoted_value(const char *cursor, FILE *stream)
{
    static const char escapable[] = "\"\\`$";
    char quote = *cursor++;
    for (; *cursor != quote && *cursor != '\0'; cursor++) {
        if (quote == '"' && cursor[0] == '\\' && cursor[1] != '\0') {
            cursor++;
            if (*cursor == '\n')
                continue;
            if (strchr(escapable, *cursor) == NULL)
                fputc('\\', stream);
        }
        fputc(*cursor, stream);
    }
    return *cursor == quote ? cursor + 1 : cursor;
}

/* To the end of its line, without the blanks there. A quote in it is a byte as any other. */
static const char *copy_bare_value(const char *cursor, FILE *stream)
{
    for (;;) {
        size_t gap = strspn(cursor, spaces);
        if (strchr(line_ends, cursor[gap]) != NULL) /* of a string's end as well */
            return cursor + gap;
        fwrite(cursor, 1, gap, stream);
        cursor += gap;
        bool escaped = cursor[0] == '\\' && cursor[1] != '\0';
        cursor += escaped;
        if (!escaped || *cursor != '\n')
            fputc(*cursor, stream);
        cursor++;
    }
}

/* Quoted parts, then what is bare: seen with systemd 252, parse_env_file_internal(). */
static const char *copy_value(const char *cursor, FILE *stream)
{
    for (;;) {
        cursor += strspn(cursor, spaces);
        if (*cursor != '"' && *cursor != '\'')
            return copy_bare_value(cursor, stream);
        cursor = copy_quoted_value(cursor, stream);
    }
}

void notation_read_environment_file(const char *content, struct string_list *words)
{
    for (const char *line = content + strspn(content, blanks); *line != '\0';
         line += strspn(line, blanks)) {
        size_t name_length = strcspn(line, "=\n\r");
        if (line[0] == '#' || line[0] == ';' || line[name_length] != '=') {
            line += strcspn(line, line_ends);
            continue;
        }
        char *word;
        size_t size;
        FILE *stream = open_word(&word, &size);
        const char *value = line + name_length + 1;
        while (name_length > 0 && strchr(spaces, line[name_length - 1]) != NULL)
            name_length--;
        fwrite(line, 1, name_length, stream);
        fputc('=', stream);
        line = copy_value(value, stream);
        close_word(stream);
        string_list_add(words, word);
        free(word);
    }
}

/* ---- times ---- */

static uint64_t unit_ms(const char *unit, size_t length)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {
        {"us", 0},          {"ms", 1},       {"s", 1000},      {"min", 60000},
        {"h", 3600000},     {"d", 86400000}, {"w", 604800000}, {"month", 2629800000},
        {"y", 31557600000},
    };
    for (size_t index = 0; index < sizeof(units) / sizeof(units[0]); index++) {
        if (strlen(units[index].name) == length && memcmp(units[index].name, unit, length) == 0)
            return units[index].ms;
    }
    return 0;
}

uint64_t notation_read_time_ms(const char *value)
{
    uint64_t total_ms = 0;
    if (value[0] < '0' || value[0] > '9')
        return UINT64_MAX;
    while (*value >= '0' && *value <= '9') {
        char *end;
        double number = strtod(value, &end); /* "1.5s" */
        size_t length = strcspn(end, blanks);
        total_ms += (uint64_t)(number * (double)unit_ms(end, length));
        value = end + length;
        value += strspn(value, blanks);
    }
    return total_ms;
}

/* ---- into a unit file ---- */

char *notation_quote_for_unit(const char *value)
{
    char *word;
    size_t size;
    bool quoted = strpbrk(value, " \t\"'\\") != NULL;
    FILE *stream = open_word(&word, &size);
    if (quoted)
        fputc('"', stream);
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            fputc('\\', stream);
        if (*value == '%')
            fputc('%', stream);
        fputc(*value, stream);
    }
    if (quoted)
        fputc('"', stream);
    close_word(stream);
    return word;
}

/* ---- commands ---- */

/* What stands between `label` and the next " ; ". By malloc(3); NULL: there is no such field. */
static char *copy_field(const char *value, const char *label)
{
    const char *start = strstr(value, label);
    if (start == NULL)
        return NULL;
    start += strlen(label);
    const char *end = strstr(start, " ; ");
    char *field = strndup(start, end == NULL ? strlen(start) : (size_t)(end - start));
    if (field == NULL)
        err(EXIT_MISUSE, "portclaim");
    return field;
}

static void add_arguments(const char *arguments, struct string_list *words)
{
    /* argv[0] is what the program is told, not what is run ("@" in ExecStart=). */
    arguments += strcspn(arguments, blanks);
    for (arguments += strspn(arguments, blanks); *arguments != '\0';
         arguments += strspn(arguments, blanks)) {
        size_t length = strcspn(arguments, blanks);
        string_list_add_bytes(words, arguments, length);
        arguments += length;
    }
}

/* A " ; " among the arguments (that of a shell's -c) cuts them; what is run stands before it. */
bool notation_read_command(const char *value, struct string_list *arguments, bool *privileged)
{
    char *path = copy_field(value, "path=");
    char *argument_field = copy_field(value, "argv[]=");
    char *flags = copy_field(value, "; flags=");
    if (path != NULL) {
        string_list_add(arguments, path);
        add_arguments(argument_field == NULL ? "" : argument_field, arguments);
    }
    *privileged = flags != NULL && notation_has_word(flags, "privileged");
    free(path);
    free(argument_field);
    free(flags);
    return arguments->count > 0;
}
