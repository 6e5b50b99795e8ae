/*
 * settings: the checks of the PORTCLAIM_ variables that are the same on every system.
 */
#ifndef PORTCLAIM_DOCTOR_SETTINGS_H
#define PORTCLAIM_DOCTOR_SETTINGS_H

#include "checkup.h"
#include "command/string_list.h"
#include "core/settings.h"

enum { DOCTOR_NAMES = 3 };

/* Where a variable comes from, and so how it goes away again. */
struct settings_source {
    /* The cure that takes the variable away, of said(), and whether it is for the unit. */
    char *(*cure_without)(const void *context, const char *variable);
    const void *context;
    bool unit_lines;
};

/*
 * "settings": reads those of the environment ("NAME=value") into *settings: the defaults where
 * there is a mistake in one.
 */
void doctor_check_settings(struct checkup *checkup, const struct string_list *environment,
                           const struct settings_source *source, struct settings *settings);

/*
 * "only": does PORTCLAIM_ONLY, where it is set, mean a process of these names? The first one is the
 * process's own, the others may be NULL.
 */
void doctor_check_only(struct checkup *checkup, const struct settings *settings,
                       const char *const *names);

#endif
