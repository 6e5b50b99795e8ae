/*
 * path: a path of the settings as Windows wants it.
 *
 * The settings know one form of an absolute path, which begins with a slash. A path of Windows
 * takes that form as it does in a file URL (RFC 8089, appendix E): "C:\Logs\a" is "/C:/Logs/a", and
 * "\\server\share" is "//server/share".
 */
#ifndef PORTCLAIM_WINDOWS_PATH_H
#define PORTCLAIM_WINDOWS_PATH_H

#include "core/text.h"

#include <wchar.h>

enum { PATH_UNITS = 640 }; /* a path of the settings (512 bytes) and a name behind it */

/* Adds it as the settings want it; one that is not absolute is added as it is. */
void path_add_setting(struct text *text, const char *path);

/* The other way, for a system call. False when it is cut. */
bool path_to_wide(const char *path, wchar_t *wide, size_t count);

#endif
