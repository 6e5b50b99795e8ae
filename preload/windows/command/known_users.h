/*
 * known_users: the users whose processes were seen. The core knows a user by a hash of the SID, and
 * only the SID has a name.
 */
#ifndef PORTCLAIM_WINDOWS_KNOWN_USERS_H
#define PORTCLAIM_WINDOWS_KNOWN_USERS_H

#include "windows/system.h"

#include <stdint.h>

/* The user of this process, who is `user` to the core. Out of memory ends the process. */
void known_users_add(uint32_t user, HANDLE process);

/* "DOMAIN\name", the SID where it has no name; NULL: was never added. In UTF-8, stays good. */
const char *known_users_name(uint32_t user);

#endif
