/* The environment in UTF-8: the C runtime's own (getenv, putenv) is in the system's code page. */
#include "command/environment.h"

#include "allocate.h"
#include "environment_entry.h"
#include "windows/state.h"
#include "windows/system.h"
#include "windows/variables.h"
#include "windows/wide.h"

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

char *environment_entry(char *entry)
{
    struct text text;
    size_t size = strlen(entry) + 2;
    text_start(&text, allocate(size), size);
    variables_add_entry(&text, entry);
    free(entry);
    return text.bytes;
}

/* Never freed either. */
char *const *environment_all(void)
{
    struct variables *variables = variables_read();
    if (variables == NULL) {
        (void)fprintf(stderr, "portclaim: cannot read the environment: out of memory\n");
        exit(2);
    }
    return variables->entries;
}

void environment_choose_state(struct settings *settings)
{
    state_prefer_user_directory(settings, environment_all());
}
