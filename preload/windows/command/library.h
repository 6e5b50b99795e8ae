/*
 * library: portclaim.dll, as a file.
 */
#ifndef PORTCLAIM_WINDOWS_LIBRARY_H
#define PORTCLAIM_WINDOWS_LIBRARY_H

#include "windows/inject.h"

enum library_finding {
    LIBRARY_FITS,
    LIBRARY_MISSING,
    LIBRARY_UNREADABLE,    /* it is there, and cannot be opened */
    LIBRARY_NOT_OURS,      /* another DLL, for another machine, or no whole one */
    LIBRARY_OTHER_VERSION, /* settings and record may not be the same */
    LIBRARY_TOO_FAR,       /* its path is longer than we can hand on */
};

enum { LIBRARY_VERSION_SIZE = 32 /* bytes */ };

struct library {
    wchar_t path[INJECT_PATH_COUNT];    /* whether it is there or not; "": LIBRARY_TOO_FAR */
    char version[LIBRARY_VERSION_SIZE]; /* "" where it was not read */
};

/*
 * The one beside a portclaim.exe (NULL: this command). It is mapped to be looked at, and nothing of
 * it is run. Last-error may change.
 */
enum library_finding library_find(const wchar_t *command, struct library *library);

/*
 * The version that a file exports (dll.c), into LIBRARY_VERSION_SIZE bytes. False when it is no DLL
 * of ours, or cannot be read.
 */
bool library_read_version(const wchar_t *path, char *version);

#endif
