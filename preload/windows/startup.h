/*
 * startup: the settings of this process, read once.
 */
#ifndef PORTCLAIM_WINDOWS_STARTUP_H
#define PORTCLAIM_WINDOWS_STARTUP_H

#include "core/settings.h"

/*
 * In DllMain: reads the environment. A malformed setting is told in one line, and the process is
 * left alone.
 */
void startup_read(void);

/*
 * NULL when this process is to be left alone. Last-error may change. The first call asks whether
 * PORTCLAIM_ONLY means this process, which is more than DllMain permits.
 */
const struct settings *startup_settings(void);

/*
 * Also for a process that is left alone: what its children's hooks have to say goes here. PORTCLAIM
 * says off: NULL.
 */
const struct settings *startup_log_settings(void);

#endif
