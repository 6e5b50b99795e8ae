/*
 * inject: our DLL in a process that has just been created and has not run yet (CREATE_SUSPENDED).
 *
 * Two ways. The import table rewritten, as Microsoft Detours does it
 * (DetourUpdateProcessWithDllEx): the loader loads our DLL before all others, on the main thread,
 * before the program's first instruction. And a remote thread on LoadLibraryW, for what the first
 * way can't do. A process that can't be injected is as it was: whoever started it resumes it and
 * says so.
 */
#ifndef PORTCLAIM_WINDOWS_INJECT_H
#define PORTCLAIM_WINDOWS_INJECT_H

#include "system.h"

#include <stdbool.h>

enum inject_result {
    INJECT_DONE,
    INJECT_NO_LIBRARY,    /* the DLL is not there */
    INJECT_OTHER_MACHINE, /* not a program for x86-64 */
    INJECT_SIGNED_ONLY,   /* the process takes no DLL but Microsoft's */
    INJECT_DEBUGGED,      /* a remote thread would wait for the debugger, which waits for us */
    INJECT_UNREADABLE,    /* its headers are unreadable, or make no sense */
    INJECT_NO_MEMORY,
    INJECT_NO_ROOM, /* nothing free within 4 GiB behind the image, where an import table can be */
    INJECT_NOT_WRITTEN, /* writing to it is not permitted */
    INJECT_NO_THREAD,   /* no remote thread is permitted */
    INJECT_NOT_LOADED,  /* LoadLibraryW failed there */
    INJECT_TIMED_OUT,   /* LoadLibraryW did not come back */
    INJECT_RESULTS,
};

enum { INJECT_PATH_COUNT = 1024 /* UTF-16 units of a DLL's path, its NUL included */ };

/*
 * `process`: suspended, never yet resumed, with the rights that CreateProcess gives. `dll`: a full
 * path of less than INJECT_PATH_COUNT units; the DLL has an export with the ordinal 1 and calls
 * inject_restore(). Injecting the same DLL twice does no harm. Changes the last error. The main
 * thread stays suspended.
 */
enum inject_result inject(HANDLE process, const wchar_t *dll);

/*
 * What inject() would refuse this process for, which may run already: INJECT_UNREADABLE,
 * INJECT_OTHER_MACHINE or INJECT_SIGNED_ONLY; else INJECT_DONE. Changes nothing. Rights:
 * PROCESS_QUERY_INFORMATION and PROCESS_VM_READ.
 */
enum inject_result inject_foresee(HANDLE process);

/* A clause for a message: "its machine is another one". */
const char *inject_why(enum inject_result result);

/*
 * First thing in DllMain at DLL_PROCESS_ATTACH: puts this process's headers back, if they were
 * rewritten, so that nobody who reads them finds us there. The loader has used them by then.
 */
void inject_restore(void);

/*
 * In DllMain, when the DLL did not come with the program: was it put there by a remote thread,
 * before the program's first instruction? Whoever injects says so for as long as he waits.
 */
bool inject_was_early(void);

/*
 * Hooks CreateProcess of this process: what it starts gets the same DLL. In DllMain, once. A child
 * that can't be injected runs without, with one warning per process through log. False: children
 * are not hooked.
 */
bool inject_hook_children(void);

#endif
