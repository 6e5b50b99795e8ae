/*
 * system_error: why the system did not do something with a file, and what to do.
 */
#ifndef PORTCLAIM_WINDOWS_SYSTEM_ERROR_H
#define PORTCLAIM_WINDOWS_SYSTEM_ERROR_H

#include "windows/system.h"

/*
 * A clause of printable ASCII for an error of GetLastError(), in static memory. FormatMessage() has
 * them in the user's language, which the console's code page may not have.
 */
const char *system_error(DWORD error);

#endif
