/*
 * security: files and directories that are one user's alone, as mode 0700 makes them on Linux.
 * (Access control: learn.microsoft.com/windows/win32/secauthz/access-control-model)
 */
#ifndef PORTCLAIM_WINDOWS_SECURITY_H
#define PORTCLAIM_WINDOWS_SECURITY_H

#include "system.h"

#include <stdbool.h>

/*
 * Is it owned by this process's user, the administrators or the system, and can nobody else write
 * to it? `file` is open with READ_CONTROL. False when that cannot be told.
 */
bool security_is_private(HANDLE file);

/*
 * Makes the directory with full access for this user, the administrators and the system, also to
 * what is made in it, and none for others. Nothing happens when there is one.
 */
void security_make_private_directory(const wchar_t *path);

#endif
