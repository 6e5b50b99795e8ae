/*
 * hooks: bind() and listen() of ws2_32. Each makes the call that it was asked for; only a failure
 * that an address in use can have caused goes any further.
 */
#ifndef PORTCLAIM_WINDOWS_HOOKS_H
#define PORTCLAIM_WINDOWS_HOOKS_H

#include "system.h"

#include <stdbool.h>

/*
 * Once, in DllMain. False when a function could be hooked neither in its code nor in the import
 * tables; the program then runs as without us.
 */
bool hooks_install(void);

#endif
