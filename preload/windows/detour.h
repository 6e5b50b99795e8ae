/*
 * detour: a function's first bytes become a jump to another; what they did, a trampoline does.
 *
 * In the manner of Microsoft's Detours and of MinHook. For the process's life: nothing is put back.
 * No thread is stopped meanwhile: install in DllMain, or before other threads call the function.
 * x86-64 only. Last-error may change.
 */
#ifndef PORTCLAIM_WINDOWS_DETOUR_H
#define PORTCLAIM_WINDOWS_DETOUR_H

enum detour_result {
    DETOUR_DONE,
    DETOUR_REFUSED,   /* its first instructions can't stand elsewhere, or are not understood */
    DETOUR_NO_MEMORY, /* no free page within 2 GB of it */
    DETOUR_PROTECTED, /* the system doesn't let code be written or changed here */
};

/*
 * Leading jumps of `function` (an export that only leads to another) are followed. Who calls
 * `*trampoline` gets the function as it was; it is set before the first call can come to
 * `replacement`. Unless the result is DETOUR_DONE, the function is untouched and `*trampoline`
 * NULL.
 */
enum detour_result detour_install(void *function, void *replacement, void **trampoline);

const char *detour_result_name(enum detour_result result);

#endif
