#include "block.h"

#include <string.h>

enum {
    PARAMETERS_OFFSET = 0x20,   /* PEB.ProcessParameters */
    DIRECTORY_OFFSET = 0x38,    /* RTL_USER_PROCESS_PARAMETERS.CurrentDirectory.DosPath */
    COMMAND_LINE_OFFSET = 0x70, /* .CommandLine */
    ENVIRONMENT_OFFSET = 0x80,  /* .Environment */
    CHUNK_UNITS = 512,
    CHUNK_BYTES = CHUNK_UNITS * (int)sizeof(wchar_t),
    MOST_ENVIRONMENT_CHUNKS = 8192, /* 8 MB */
};

static bool read(const struct block *block, const void *address, void *bytes, size_t size)
{
    SIZE_T length = 0;
    return ReadProcessMemory(block->process, address, bytes, size, &length) && length == size;
}

void block_open(struct block *block, HANDLE process)
{
    struct native_basic basic = {0};
    block->process = process;
    block->parameters = NULL;
    if (!native_query_process(process, NATIVE_PROCESS_BASIC, &basic, sizeof(basic), NULL) ||
        basic.block == NULL ||
        !read(block, basic.block + PARAMETERS_OFFSET, &block->parameters,
              sizeof(block->parameters)))
        block->parameters = NULL;
}

static bool read_string(const struct block *block, int offset, wchar_t *units, size_t count)
{
    struct native_string string;
    if (block->parameters == NULL ||
        !read(block, block->parameters + offset, &string, sizeof(string)) ||
        string.bytes / sizeof(*units) >= count || !read(block, string.units, units, string.bytes))
        return false;
    units[string.bytes / sizeof(*units)] = L'\0';
    return true;
}

/*
 * The kernel's own answer first: it needs no right to read the process's memory. The string and its
 * text come in one piece.
 */
bool block_read_command_line(const struct block *block, wchar_t *line, size_t count)
{
    struct native_string *string = (struct native_string *)line;
    size_t units;
    if (!native_query_process(block->process, NATIVE_PROCESS_COMMAND_LINE, line,
                              count * sizeof(*line), NULL))
        return read_string(block, COMMAND_LINE_OFFSET, line, count);
    units = string->bytes / sizeof(*line);
    if (string->units == NULL || units >= count)
        return false;
    memmove(line, string->units, units * sizeof(*line));
    line[units] = L'\0';
    return true;
}

bool block_read_directory(const struct block *block, wchar_t *path, size_t count)
{
    return read_string(block, DIRECTORY_OFFSET, path, count) && path[0] != L'\0';
}

/* ---- the environment: NAME=VALUE, each ended by NUL, the last by two ---- */

struct search {
    const wchar_t *name;
    size_t matched; /* units of the name; behind it: `found` */
    bool lost;      /* this entry is another variable */
    bool found;
    bool fresh; /* nothing of this entry was seen yet */
    bool cut;
    wchar_t *value;
    size_t length;
    size_t count;
};

/* Names of variables are the same in either case. */
static wchar_t upper(wchar_t unit)
{
    return unit >= L'a' && unit <= L'z' ? (wchar_t)(unit - L'a' + L'A') : unit;
}

static void take_unit(struct search *search, wchar_t unit)
{
    search->fresh = false;
    if (search->found && search->length + 1 < search->count) {
        search->value[search->length++] = unit;
    } else if (search->found) {
        search->cut = true;
    } else if (search->lost) {
        return;
    } else if (search->name[search->matched] == L'\0') {
        search->found = unit == L'=';
        search->lost = !search->found;
    } else {
        search->lost = upper(unit) != search->name[search->matched];
        search->matched++;
    }
}

/* True when the search is over. */
static bool take_chunk(struct search *search, const wchar_t *units, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        if (units[index] != L'\0') {
            take_unit(search, units[index]);
            continue;
        }
        if (search->found || search->fresh)
            return true;
        search->matched = 0;
        search->lost = false;
        search->fresh = true;
    }
    return false;
}

static bool find_environment(const struct block *block, const char **environment)
{
    return block->parameters != NULL &&
           read(block, block->parameters + ENVIRONMENT_OFFSET, environment, sizeof(*environment));
}

/*
 * The next chunk, which starts at *environment; returns its units, 0 for none. Chunks do not cross
 * a page, so that the end of the memory is met by none that holds the text.
 */
static size_t read_chunk(const struct block *block, const char **environment, wchar_t *chunk)
{
    size_t size = CHUNK_BYTES - (uintptr_t)*environment % CHUNK_BYTES;
    if (!read(block, *environment, chunk, size))
        return 0;
    *environment += size;
    return size / sizeof(*chunk);
}

bool block_read_variable(const struct block *block, const wchar_t *name, wchar_t *value,
                         size_t count)
{
    struct search search = {.name = name, .fresh = true, .value = value, .count = count};
    wchar_t chunk[CHUNK_UNITS];
    const char *environment;
    bool over = false;
    if (!find_environment(block, &environment))
        return false;
    for (int index = 0; !over && index < MOST_ENVIRONMENT_CHUNKS; index++) {
        size_t units = read_chunk(block, &environment, chunk);
        if (units == 0)
            return false;
        over = take_chunk(&search, chunk, units);
    }
    value[search.length] = L'\0';
    return over && !search.cut;
}

bool block_read_environment(const struct block *block, wchar_t *units, size_t count)
{
    wchar_t chunk[CHUNK_UNITS];
    const char *environment;
    size_t length = 0;
    if (!find_environment(block, &environment))
        return false;
    for (;;) {
        size_t read_units = read_chunk(block, &environment, chunk);
        if (read_units == 0)
            return false;
        for (size_t index = 0; index < read_units; index++) {
            if (length == count)
                return false;
            units[length++] = chunk[index];
            /* An empty environment has a NUL for its first entry too. */
            if (chunk[index] == L'\0' && (length == 1 || units[length - 2] == L'\0'))
                return true;
        }
    }
}
