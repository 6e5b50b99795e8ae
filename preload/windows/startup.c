#include "startup.h"

#include "core/holder.h"
#include "log.h"
#include "memory.h"
#include "path.h"
#include "processes.h"
#include "state.h"
#include "wide.h"

#include <string.h>

enum {
    BYTES_PER_UNIT = 3, /* of UTF-8, at most, for one of UTF-16 */
    MOST_VARIABLES = 64,
    COMPLAINT_SIZE = SETTINGS_ERROR_SIZE + 64, /* bytes */
};

enum meaning { NOT_ASKED, MEANT, NOT_MEANT };

static bool readable; /* the settings were read, and are not "off" */
static int meaning;   /* enum meaning, atomic */
static struct settings settings;

/* With the defaults, for what was read is not to be trusted: to stderr. */
static void complain(const char *error)
{
    char message[COMPLAINT_SIZE];
    struct text text;
    settings_defaults(&settings);
    text_start(&text, message, sizeof(message));
    text_add(&text, error);
    text_add(&text, "; portclaim does nothing in this process");
    log_warn(&settings, message);
}

/* ---- the environment ---- */

struct environment {
    char *entries[MOST_VARIABLES + 1];
    uint32_t count;
    struct text text; /* the entries, one behind the other */
};

/* Names of variables know no case on Windows. */
static void raise_name(char *entry)
{
    for (; *entry != '\0' && *entry != '='; entry++) {
        if (*entry >= 'a' && *entry <= 'z')
            *entry = (char)(*entry - 'a' + 'A');
    }
}

/* The values that are paths, as the settings want them (path.h). */
static bool names_path(const char *entry)
{
    return text_starts_with(entry, "PORTCLAIM_LOG=") ||
           text_starts_with(entry, "PORTCLAIM_STATE_DIR=");
}

static void add_entry(struct environment *environment, const char *entry)
{
    struct text *text = &environment->text;
    if (environment->count == MOST_VARIABLES)
        return;
    environment->entries[environment->count++] = text->bytes + text->length;
    if (names_path(entry)) {
        const char *value = strchr(entry, '=') + 1;
        text_add_bytes(text, entry, (size_t)(value - entry));
        path_add_setting(text, value);
    } else {
        text_add(text, entry);
    }
    text_add_bytes(text, "", 1);
}

/* Of all the entries only those that are ours to read. */
static void fill_environment(struct environment *environment, const wchar_t *block, char *entry,
                             size_t size)
{
    for (; *block != L'\0'; block += wcslen(block) + 1) {
        if (!wide_to_text(block, entry, size))
            continue;
        raise_name(entry);
        if (text_starts_with(entry, "PORTCLAIM") || text_starts_with(entry, "LOCALAPPDATA="))
            add_entry(environment, entry);
    }
}

static size_t units_of(const wchar_t *block)
{
    const wchar_t *end = block;
    while (*end != L'\0')
        end += wcslen(end) + 1;
    return (size_t)(end - block) + 1;
}

static bool read_environment(struct environment *environment)
{
    char error[SETTINGS_ERROR_SIZE];
    if (!settings_read(&settings, environment->entries, error)) {
        complain(error);
        return false;
    }
    state_prefer_user_directory(&settings, environment->entries);
    return settings.mode != MODE_OFF;
}

/* In one piece of memory: the entries, and room to convert one. A path gains a byte. */
static bool read_block(const wchar_t *block)
{
    size_t entry_size = units_of(block) * BYTES_PER_UNIT + 1;
    size_t text_size = entry_size + MOST_VARIABLES;
    size_t size = sizeof(struct environment) + entry_size + text_size;
    struct environment *environment = memory_map(size);
    if (environment == NULL)
        return false;
    char *entry = (char *)(environment + 1);
    text_start(&environment->text, entry + entry_size, text_size);
    fill_environment(environment, block, entry, entry_size);
    bool read = read_environment(environment);
    memory_unmap(environment, size);
    return read;
}

void startup_read(void)
{
    wchar_t *block = GetEnvironmentStringsW();
    if (block == NULL)
        return;
    readable = read_block(block);
    (void)FreeEnvironmentStringsW(block);
}

/* ---- PORTCLAIM_ONLY ---- */

/* By the process's name, its executable's or its script's. */
static bool is_meant(void)
{
    struct process *self = NULL;
    if (settings.only[0] == '\0')
        return true;
    self = memory_map(sizeof(*self));
    if (self == NULL)
        return false;
    (void)processes_read((int32_t)GetCurrentProcessId(), GetCurrentProcess(), false, self);
    const char *names[] = {self->name, text_base_name(self->executable.path),
                           text_base_name(self->script)};
    bool meant = settings_list_matches(settings.only, names, sizeof(names) / sizeof(names[0]));
    memory_unmap(self, sizeof(*self));
    return meant;
}

/* Two threads that ask at once get the same answer. */
const struct settings *startup_settings(void)
{
    if (!readable)
        return NULL;
    int known = __atomic_load_n(&meaning, __ATOMIC_ACQUIRE);
    if (known == NOT_ASKED) {
        known = is_meant() ? MEANT : NOT_MEANT;
        __atomic_store_n(&meaning, known, __ATOMIC_RELEASE);
    }
    return known == MEANT ? &settings : NULL;
}

const struct settings *startup_log_settings(void)
{
    return readable ? &settings : NULL;
}
