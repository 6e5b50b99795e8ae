#include "variables.h"

#include "memory.h"
#include "path.h"
#include "wide.h"

#include <string.h>

enum { BYTES_PER_UNIT = 3 /* of UTF-8, at most, for one of UTF-16 */ };

struct extent {
    size_t count; /* entries */
    size_t units; /* all of them, with their NULs */
};

static struct extent measure(const wchar_t *block)
{
    struct extent extent = {0};
    const wchar_t *end = block;
    for (; *end != L'\0'; end += wcslen(end) + 1)
        extent.count++;
    extent.units = (size_t)(end - block);
    return extent;
}

static void raise_name(char *entry)
{
    for (; *entry != '\0' && *entry != '='; entry++) {
        if (*entry >= 'a' && *entry <= 'z')
            *entry = (char)(*entry - 'a' + 'A');
    }
}

static bool names_path(const char *entry)
{
    return text_starts_with(entry, "PORTCLAIM_LOG=") ||
           text_starts_with(entry, "PORTCLAIM_STATE_DIR=");
}

void variables_add_entry(struct text *text, char *entry)
{
    raise_name(entry);
    if (names_path(entry)) {
        const char *value = strchr(entry, '=') + 1;
        text_add_bytes(text, entry, (size_t)(value - entry));
        path_add_setting(text, value);
    } else {
        text_add(text, entry);
    }
}

/* In one piece of memory: the entries, room to convert one, and their text. A path gains a byte. */
static struct variables *convert(const wchar_t *block)
{
    struct text text;
    struct extent extent = measure(block);
    size_t list_size = sizeof(struct variables) + (extent.count + 1) * sizeof(char *);
    size_t entry_size = extent.units * BYTES_PER_UNIT + 1;
    size_t text_size = entry_size + extent.count;
    size_t size = list_size + entry_size + text_size;
    struct variables *variables = memory_map(size);
    if (variables == NULL)
        return NULL;
    char *entry = (char *)variables + list_size;
    size_t count = 0;
    variables->size = size;
    text_start(&text, entry + entry_size, text_size);
    for (; *block != L'\0'; block += wcslen(block) + 1) {
        (void)wide_to_text(block, entry, entry_size);
        variables->entries[count++] = text.bytes + text.length;
        variables_add_entry(&text, entry);
        text_add_bytes(&text, "", 1);
    }
    variables->entries[count] = NULL;
    return variables;
}

struct variables *variables_read(void)
{
    wchar_t *block = GetEnvironmentStringsW();
    if (block == NULL)
        return NULL;
    struct variables *variables = convert(block);
    (void)FreeEnvironmentStringsW(block);
    return variables;
}

void variables_free(struct variables *variables)
{
    if (variables != NULL)
        memory_unmap(variables, variables->size);
}
