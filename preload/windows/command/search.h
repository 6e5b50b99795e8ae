/*
 * search: the file of a program, found as the command prompt finds it.
 *
 * A name with a backslash, a slash or a colon is a path; another one is looked for in the current
 * directory (unless NoDefaultCurrentDirectoryInExePath is set) and in PATH. In each place the name
 * as it is, if it has an extension, and then with those of PATHEXT. Not looked for beside
 * portclaim.exe and in the system's directories, unless PATH has them, as CreateProcess would.
 */
#ifndef PORTCLAIM_WINDOWS_SEARCH_H
#define PORTCLAIM_WINDOWS_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

enum { SEARCH_PATH_COUNT = 1024 /* UTF-16 units of a program's path, its NUL included */ };

/* The full path, of SEARCH_PATH_COUNT units at most. False when there is none. */
bool search_program(const wchar_t *name, wchar_t *path);

/* Is it a batch file, which cmd.exe runs? */
bool search_is_batch(const wchar_t *path);

#endif
