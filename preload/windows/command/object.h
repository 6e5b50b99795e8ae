/*
 * object: portclaim.dll, as a file.
 */
#ifndef PORTCLAIM_WINDOWS_OBJECT_H
#define PORTCLAIM_WINDOWS_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

enum { OBJECT_VERSION_SIZE = 32 };

/*
 * Its path beside a portclaim.exe (NULL: this command), of INJECT_PATH_COUNT units at most, whether
 * it is there or not; empty when the path would be longer.
 */
void object_find(const wchar_t *command, wchar_t *path);

/*
 * The version that the file exports (dll.c). False when it is no DLL of ours, or cannot be read.
 */
bool object_read_version(const wchar_t *path, char *version, size_t size);

#endif
