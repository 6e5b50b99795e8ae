/* The environment in UTF-8: the C runtime's own (getenv, putenv) is in the system's code page. */
#include "command/environment.h"

#include "allocate.h"
#include "core/text.h"
#include "environment_entry.h"
#include "windows/path.h"
#include "windows/system.h"
#include "windows/wide.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

enum { BYTES_PER_UNIT = 3 /* of UTF-8, at most, for one of UTF-16 */ };

static wchar_t *widen(const char *text)
{
    size_t count = strlen(text) + 1;
    wchar_t *wide = allocate(count * sizeof(*wide));
    (void)wide_from_text(text, wide, count);
    return wide;
}

static char *narrow(const wchar_t *wide)
{
    size_t size = wcslen(wide) * BYTES_PER_UNIT + 1;
    char *text = allocate(size);
    (void)wide_to_text(wide, text, size);
    return text;
}

/* What it returns is never freed: a command asks for a dozen. */
const char *environment_get(const char *name)
{
    wchar_t *wide_name = widen(name);
    DWORD count = GetEnvironmentVariableW(wide_name, NULL, 0);
    char *value = NULL;
    if (count > 0) {
        wchar_t *wide = allocate(count * sizeof(*wide));
        wide[0] = L'\0';
        (void)GetEnvironmentVariableW(wide_name, wide, count);
        value = narrow(wide);
        free(wide);
    }
    free(wide_name);
    return value;
}

/* An empty value is one, though cmd.exe cannot make it. */
void environment_set(const char *name, const char *value)
{
    wchar_t *wide_name = widen(name);
    wchar_t *wide = widen(value);
    if (!SetEnvironmentVariableW(wide_name, wide)) {
        (void)fprintf(stderr, "portclaim: cannot set %s: error %lu\n", name, GetLastError());
        exit(2);
    }
    free(wide);
    free(wide_name);
}

/* ---- all of it ---- */

/* Names of variables know no case on Windows. */
static void raise_name(char *entry)
{
    for (; *entry != '\0' && *entry != '='; entry++) {
        if (*entry >= 'a' && *entry <= 'z')
            *entry = (char)(*entry - 'a' + 'A');
    }
}

/* The values that are paths, as the settings want them (path.h). */
static char *with_setting_path(char *entry)
{
    if (!text_starts_with(entry, "PORTCLAIM_LOG=") &&
        !text_starts_with(entry, "PORTCLAIM_STATE_DIR="))
        return entry;
    struct text text;
    const char *value = strchr(entry, '=') + 1;
    size_t size = strlen(entry) + 2;
    text_start(&text, allocate(size), size);
    text_add_bytes(&text, entry, (size_t)(value - entry));
    path_add_setting(&text, value);
    free(entry);
    return text.bytes;
}

char *environment_entry(char *entry)
{
    raise_name(entry);
    return with_setting_path(entry);
}

static size_t count_entries(const wchar_t *block)
{
    size_t count = 0;
    for (; *block != L'\0'; block += wcslen(block) + 1)
        count++;
    return count;
}

char *const *environment_all(void)
{
    wchar_t *block = GetEnvironmentStringsW();
    if (block == NULL)
        err(2, "portclaim: cannot read the environment");
    char **entries = allocate((count_entries(block) + 1) * sizeof(*entries));
    size_t count = 0;
    for (const wchar_t *entry = block; *entry != L'\0'; entry += wcslen(entry) + 1)
        entries[count++] = environment_entry(narrow(entry));
    entries[count] = NULL;
    (void)FreeEnvironmentStringsW(block);
    return entries;
}
