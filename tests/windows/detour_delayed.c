/*
 * detour_library.c once more, with a delayed import (detour_delayed.def). The linker of binutils
 * before 2.42 leaves the directory of such imports out of the headers: Microsoft's writes it there,
 * and so does this library when it is loaded.
 */
#include "windows/system.h"

extern const IMAGE_DELAYLOAD_DESCRIPTOR __DELAY_IMPORT_DESCRIPTOR_libdelayed_a;

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved);

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    char *base = (char *)instance;
    IMAGE_NT_HEADERS *headers = (IMAGE_NT_HEADERS *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew);
    IMAGE_DATA_DIRECTORY *directory =
        &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT];
    const char *descriptor = (const char *)&__DELAY_IMPORT_DESCRIPTOR_libdelayed_a;
    DWORD before;
    (void)reserved;
    if (reason != DLL_PROCESS_ATTACH)
        return TRUE;
    if (!VirtualProtect(headers, sizeof(*headers), PAGE_READWRITE, &before))
        return FALSE;
    directory->VirtualAddress = (DWORD)(descriptor - base);
    directory->Size = 2 * sizeof(IMAGE_DELAYLOAD_DESCRIPTOR);
    return VirtualProtect(headers, sizeof(*headers), before, &before);
}
