/*
 * executable: what a file says of itself as a program, without running it. The format: "PE Format",
 * learn.microsoft.com/windows/win32/debug/pe-format; of .NET: ECMA-335, II.25.3.3.
 */
#ifndef PORTCLAIM_WINDOWS_EXECUTABLE_H
#define PORTCLAIM_WINDOWS_EXECUTABLE_H

#include "windows/system.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum executable_format {
    EXECUTABLE_UNREADABLE, /* `error` says why */
    EXECUTABLE_ALIAS,      /* an alias of an app of the Store: its package says what it starts */
    EXECUTABLE_OTHER,      /* no program of Windows; also one of DOS or 16-bit Windows */
    EXECUTABLE_PROGRAM,
    EXECUTABLE_LIBRARY, /* a DLL */
};

/* All but format and error hold for a program and a library only. */
struct executable {
    enum executable_format format;
    DWORD error;        /* a code of GetLastError() */
    uint16_t machine;   /* IMAGE_FILE_MACHINE_... */
    uint16_t subsystem; /* IMAGE_SUBSYSTEM_... */
    bool is_64_bit;     /* PE32+ */
    bool managed;       /* of .NET */
    bool any_machine;   /* of .NET: x86 in its headers, and runs on every machine */
};

void executable_read(const wchar_t *path, struct executable *executable);

/* "x64", "x86", "ARM64", or a number. Static memory, good until the next call. */
const char *executable_machine_name(uint16_t machine);

/* The string that a DLL exports as data of this name. False when there is none that fits. */
bool executable_read_export(const wchar_t *path, const char *name, char *value, size_t size);

#endif
