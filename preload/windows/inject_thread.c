#include "inject_ways.h"

#include <string.h>
#include <wchar.h>

enum {
    LOAD_MOST_MS = 10000, /* a cold disk, a virus scanner */
    NAME_COUNT = 48,      /* units of an event's name */
    DIGIT_BITS = 4,       /* of the PID in it, the last digit first */
    DIGIT_MASK = 0xf,
};

/* ---- that the program has not begun ---- */

/*
 * LoadLibraryW cannot hand that on, so there is an event for as long as the main thread is held
 * back. Global, for the program may be of another session. The PID is the process's own while
 * somebody has a handle of it. Should the wait be over before DllMain is, the main thread has to
 * wait for the loader's lock all the same.
 */
static void name_event(DWORD pid, wchar_t *name)
{
    static const wchar_t digits[] = L"0123456789abcdef";
    static const wchar_t before[] = L"Global\\portclaim-suspended-";
    size_t end = sizeof(before) / sizeof(before[0]) - 1;
    wcscpy(name, before);
    for (; pid != 0; pid >>= DIGIT_BITS)
        name[end++] = digits[pid & DIGIT_MASK];
    name[end] = L'\0';
}

bool inject_was_early(void)
{
    wchar_t name[NAME_COUNT];
    name_event(GetCurrentProcessId(), name);
    HANDLE event = OpenEventW(SYNCHRONIZE, FALSE, name);
    if (event == NULL)
        return false;
    CloseHandle(event);
    return true;
}

/* ---- the thread ---- */

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
    wchar_t name[NAME_COUNT];
    SIZE_T size = (wcslen(dll) + 1) * sizeof(*dll);
    SIZE_T done = 0;
    void *path = VirtualAllocEx(process, NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (path == NULL)
        return INJECT_NO_MEMORY;
    enum inject_result result = INJECT_NOT_WRITTEN;
    name_event(GetProcessId(process), name);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, name);
    if (WriteProcessMemory(process, path, dll, size, &done) && done == size)
        result = run_there(process, path);
    if (event != NULL)
        CloseHandle(event);
    /* LoadLibraryW may still read it. */
    if (result != INJECT_TIMED_OUT)
        (void)VirtualFreeEx(process, path, 0, MEM_RELEASE);
    return result;
}
