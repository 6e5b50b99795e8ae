/*
 * environment: of this process, by which settings are handed on to the program. In UTF-8 on every
 * system. Out of memory, and a variable that cannot be set, end the process.
 */
#ifndef PORTCLAIM_ENVIRONMENT_H
#define PORTCLAIM_ENVIRONMENT_H

#include "core/settings.h"

/* NULL when there is none; good until it is set the next time. */
const char *environment_get(const char *name);

void environment_set(const char *name, const char *value);

/* "NAME=value" strings, ended by NULL, as settings_read() wants them. */
char *const *environment_all(void);

/* Settings that name no state directory get the one of this environment, if it has one. */
void environment_choose_state(struct settings *settings);

#endif
