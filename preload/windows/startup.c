#include "startup.h"

#include "core/holder.h"
#include "log.h"
#include "memory.h"
#include "processes.h"
#include "state.h"
#include "variables.h"

enum { COMPLAINT_SIZE = SETTINGS_ERROR_SIZE + 64 /* bytes */ };

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

static bool read_settings(char *const *environment)
{
    char error[SETTINGS_ERROR_SIZE];
    if (!settings_read(&settings, environment, error)) {
        complain(error);
        return false;
    }
    state_prefer_user_directory(&settings, environment);
    return settings.mode != MODE_OFF;
}

void startup_read(void)
{
    struct variables *variables = variables_read();
    readable = variables != NULL && read_settings(variables->entries);
    variables_free(variables);
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
