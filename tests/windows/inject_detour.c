/*
 * detour.c for the probe, which fails as the variable PROBE_DETOUR says: "none" protects all code,
 * "public" refuses the first function that is asked for, CreateProcessInternalW.
 */
#include "windows/system.h"

#define detour_install detour_install_really
#include "windows/detour.c"
#undef detour_install

enum detour_result detour_install(void *function, void *replacement, void **trampoline);
enum detour_result detour_install(void *function, void *replacement, void **trampoline)
{
    static int calls;
    wchar_t how[8] = L"";
    (void)GetEnvironmentVariableW(L"PROBE_DETOUR", how, 8);
    calls++;
    if (how[0] == L'n')
        return DETOUR_PROTECTED;
    return how[0] == L'p' && calls == 1 ? DETOUR_REFUSED
                                        : detour_install_really(function, replacement, trampoline);
}
