#include "options.h"

#include "environment.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the order of OPTION_MODE ... A list that is given twice is one longer list. */
static const struct setting {
    const char *option;
    const char *variable;
    bool is_list;
} settings_options[] = {
    {"mode", "PORTCLAIM", false},
    {"ports", "PORTCLAIM_PORTS", true},
    {"only", "PORTCLAIM_ONLY", true},
    {"service", "PORTCLAIM_SERVICE", false},
    {"match", "PORTCLAIM_MATCH", true},
    {"protect", "PORTCLAIM_PROTECT", true},
    {"signal", "PORTCLAIM_SIGNAL", false},
    {"term-ms", "PORTCLAIM_TERM_MS", false},
    {"kill-ms", "PORTCLAIM_KILL_MS", false},
    {"wait-ms", "PORTCLAIM_WAIT_MS", false},
    {"reuseaddr", "PORTCLAIM_REUSEADDR", false},
    {"reuseport", "PORTCLAIM_REUSEPORT", false},
    {"limit", "PORTCLAIM_LIMIT", false},
    {"claim", "PORTCLAIM_CLAIM", true},
    {"log", "PORTCLAIM_LOG", false},
    {"log-format", "PORTCLAIM_LOG_FORMAT", false},
    {"state-dir", "PORTCLAIM_STATE_DIR", false},
    {"unix", "PORTCLAIM_UNIX", false},
};
_Static_assert(sizeof(settings_options) / sizeof(settings_options[0]) == OPTIONS_SETTINGS,
               "every setting has its option");

static bool is_taken(const struct option *options, size_t count, const char *name)
{
    for (size_t index = 0; index < count; index++) {
        if (strcmp(options[index].name, name) == 0)
            return true;
    }
    return false;
}

void options_with_settings(const struct option *own, struct option *options)
{
    size_t count = 0;
    for (; own->name != NULL; own++)
        options[count++] = *own;
    size_t own_count = count;
    for (int setting = 0; setting < OPTIONS_SETTINGS; setting++) {
        const char *name = settings_options[setting].option;
        if (!is_taken(options, own_count, name))
            options[count++] =
                (struct option){name, required_argument, NULL, OPTION_MODE + setting};
    }
    options[count] = (struct option){0};
}

bool options_is_setting(int value)
{
    return value >= OPTION_MODE && value < OPTIONS_END;
}

/* What was given on this command line already; the environment's value gives way to it. */
static bool given[OPTIONS_SETTINGS];

void options_take_setting(int value, const char *argument)
{
    int index = value - OPTION_MODE;
    const struct setting *setting = &settings_options[index];
    const char *before = environment_get(setting->variable);
    char *joined = NULL;
    if (setting->is_list && given[index] && before != NULL) {
        if (asprintf(&joined, "%s,%s", before, argument) < 0)
            err(2, "portclaim");
        argument = joined;
    }
    given[index] = true;
    environment_set(setting->variable, argument);
    free(joined);
}

bool options_read_settings(struct settings *settings)
{
    char error[SETTINGS_ERROR_SIZE];
    if (!settings_read(settings, environment_all(), error)) {
        fprintf(stderr, "portclaim: %s\n", error);
        return false;
    }
    environment_choose_state(settings);
    return true;
}
