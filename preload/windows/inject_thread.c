#include "inject_ways.h"

#include <string.h>
#include <wchar.h>

enum { LOAD_MOST_MS = 10000 }; /* a cold disk, a virus scanner */

/*
 * The exit code is the lower half of the module's address, or 0: an address that is a multiple of
 * 4 GiB would look like a failure, and cost no more than a warning.
 */
static enum inject_result run_there(HANDLE process, void *path)
{
    DWORD loaded = 0;
    /* At the same address in every process of this machine type: the system's DLLs are. */
    LPTHREAD_START_ROUTINE load = (LPTHREAD_START_ROUTINE)(void *)GetProcAddress(
        GetModuleHandleW(L"kernel32.dll"), "LoadLibraryW");
    HANDLE thread = CreateRemoteThread(process, NULL, 0, load, path, 0, NULL);
    if (thread == NULL)
        return INJECT_NO_THREAD;
    bool ended = WaitForSingleObject(thread, LOAD_MOST_MS) == WAIT_OBJECT_0;
    if (ended)
        (void)GetExitCodeThread(thread, &loaded);
    CloseHandle(thread);
    if (!ended)
        return INJECT_TIMED_OUT;
    return loaded != 0 ? INJECT_DONE : INJECT_NOT_LOADED;
}

enum inject_result inject_by_thread(HANDLE process, const wchar_t *dll)
{
    SIZE_T size = (wcslen(dll) + 1) * sizeof(*dll);
    SIZE_T done = 0;
    void *path = VirtualAllocEx(process, NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (path == NULL)
        return INJECT_NO_MEMORY;
    enum inject_result result = INJECT_NOT_WRITTEN;
    if (WriteProcessMemory(process, path, dll, size, &done) && done == size)
        result = run_there(process, path);
    /* LoadLibraryW may still read it. */
    if (result != INJECT_TIMED_OUT)
        (void)VirtualFreeEx(process, path, 0, MEM_RELEASE);
    return result;
}
