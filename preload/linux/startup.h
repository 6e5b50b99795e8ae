/*
 * startup: what happens once in a process: the settings are read, and PORTCLAIM_CLAIM is claimed.
 */
#ifndef PORTCLAIM_STARTUP_H
#define PORTCLAIM_STARTUP_H

#include "core/settings.h"

/*
 * The settings, or NULL where portclaim is inert: off, a malformed setting, a set-uid program, a
 * program that PORTCLAIM_ONLY leaves out. Reads them if bind() came before our constructor.
 */
const struct settings *startup_settings(void);

#endif
