/*
 * start: a program started with our DLL in it and waited for, as if it were in our place.
 */
#ifndef PORTCLAIM_WINDOWS_START_H
#define PORTCLAIM_WINDOWS_START_H

#include "windows/inject.h"

struct start {
    const wchar_t *program; /* its full path */
    wchar_t *line;          /* its command line; CreateProcessW may write to it */
    const wchar_t *dll;     /* its full path; NULL: none is wanted */
    enum inject_result injected;
    DWORD error;  /* why it could not be started, a code of GetLastError() */
    DWORD status; /* its exit code */
};

/*
 * Starts it suspended, injects, calls tell() when that failed, resumes and waits for its end.
 * Handles, console, window and directory are ours; Ctrl-C, Ctrl-Break, closing the console and
 * shutting down reach the program, and we wait for what it makes of it. If we are killed, it is
 * killed; its own children are not. False, and `error`, when it could not be started.
 */
bool start_program(struct start *start, void (*tell)(const struct start *start));

#endif
