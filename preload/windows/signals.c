#include "signals.h"

#include "native.h"

enum {
    SYSTEM_PID = 4,
    FORCED_EXIT_CODE = 1,     /* as of taskkill /F */
    SUBSYSTEM_OFFSET = 0x128, /* PEB.ImageSubsystem of 64-bit Windows (ntpsapi.h of phnt) */
};

/* In the order of what can be given up. */
static const DWORD rights[] = {
    PROCESS_QUERY_INFORMATION | PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE |
        PROCESS_TERMINATE | PROCESS_VM_READ | PROCESS_VM_WRITE | PROCESS_VM_OPERATION |
        PROCESS_CREATE_THREAD | PROCESS_DUP_HANDLE,
    PROCESS_QUERY_INFORMATION | PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE |
        PROCESS_TERMINATE | PROCESS_VM_READ,
    PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE | PROCESS_TERMINATE,
    PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE,
};

int64_t signals_open(int32_t pid)
{
    if (pid == 0 || pid == SYSTEM_PID)
        return HANDLE_NONE;
    for (size_t index = 0; index < sizeof(rights) / sizeof(rights[0]); index++) {
        HANDLE process = OpenProcess(rights[index], FALSE, (DWORD)pid);
        if (process != NULL)
            return (int64_t)(intptr_t)process;
    }
    return HANDLE_NONE;
}

HANDLE signals_process(int64_t handle)
{
    return handle == HANDLE_NONE ? NULL : (HANDLE)(intptr_t)handle;
}

void signals_close(int64_t handle)
{
    if (handle != HANDLE_NONE)
        (void)CloseHandle(signals_process(handle));
}

bool signals_is_alive(int64_t handle)
{
    return handle != HANDLE_NONE && WaitForSingleObject(signals_process(handle), 0) == WAIT_TIMEOUT;
}

/* ---- asking ---- */

/* CtrlRoutine lies in the same place in every process of the same word size, until the next boot.
 */
static bool same_word_size(HANDLE process)
{
    BOOL emulated = TRUE;
    return IsWow64Process(process, &emulated) && !emulated;
}

static LPTHREAD_START_ROUTINE find_control_routine(void)
{
    static const wchar_t *const libraries[] = {L"kernelbase.dll", L"kernel32.dll"};
    for (size_t index = 0; index < sizeof(libraries) / sizeof(libraries[0]); index++) {
        HMODULE library = GetModuleHandleW(libraries[index]);
        FARPROC found = library == NULL ? NULL : GetProcAddress(library, "CtrlRoutine");
        if (found != NULL)
            return (LPTHREAD_START_ROUTINE)(uintptr_t)found;
    }
    return NULL;
}

static bool send_break(HANDLE process)
{
    LPTHREAD_START_ROUTINE routine = find_control_routine();
    if (routine == NULL || !same_word_size(process))
        return false;
    HANDLE thread =
        CreateRemoteThread(process, NULL, 0, routine, (void *)(uintptr_t)CTRL_BREAK_EVENT, 0, NULL);
    if (thread == NULL)
        return false;
    (void)CloseHandle(thread);
    return true;
}

typedef BOOL(WINAPI *enumerate_windows)(WNDENUMPROC visit, LPARAM context);
typedef DWORD(WINAPI *window_process)(HWND window, DWORD *pid);
typedef BOOL(WINAPI *post_message)(HWND window, UINT message, WPARAM first, LPARAM second);

struct closing {
    DWORD pid;
    window_process find_process;
    post_message post;
    bool posted;
};

static BOOL CALLBACK visit_window(HWND window, LPARAM context)
{
    struct closing *closing = (struct closing *)context;
    DWORD pid = 0;
    if (closing->find_process(window, &pid) != 0 && pid == closing->pid &&
        closing->post(window, WM_CLOSE, 0, 0))
        closing->posted = true;
    return TRUE;
}

/* The handle is open, so the PID is this process's alone. */
static bool close_windows(HANDLE process)
{
    struct closing closing = {.pid = GetProcessId(process)};
    HMODULE library = LoadLibraryExW(L"user32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (library == NULL || closing.pid == 0)
        return false;
    enumerate_windows enumerate =
        (enumerate_windows)(uintptr_t)GetProcAddress(library, "EnumWindows");
    closing.find_process =
        (window_process)(uintptr_t)GetProcAddress(library, "GetWindowThreadProcessId");
    closing.post = (post_message)(uintptr_t)GetProcAddress(library, "PostMessageW");
    if (enumerate != NULL && closing.find_process != NULL && closing.post != NULL)
        (void)enumerate(visit_window, (LPARAM)&closing);
    return closing.posted;
}

static bool has_windows(HANDLE process)
{
    struct native_basic basic = {0};
    uint32_t subsystem = 0;
    SIZE_T length;
    return native_query_process(process, NATIVE_PROCESS_BASIC, &basic, sizeof(basic), NULL) &&
           ReadProcessMemory(process, basic.block + SUBSYSTEM_OFFSET, &subsystem, sizeof(subsystem),
                             &length) &&
           subsystem == IMAGE_SUBSYSTEM_WINDOWS_GUI;
}

enum delivery signals_ask(int64_t handle)
{
    HANDLE process = signals_process(handle);
    if (process == NULL)
        return DELIVERY_FAILED;
    if (!signals_is_alive(handle))
        return DELIVERY_GONE;
    bool asked =
        has_windows(process) ? close_windows(process) || send_break(process) : send_break(process);
    return asked ? DELIVERY_SENT : signals_force(handle);
}

/* ---- forcing ---- */

/* On one that is ending already it answers ERROR_ACCESS_DENIED. */
enum delivery signals_force(int64_t handle)
{
    HANDLE process = signals_process(handle);
    DWORD exit_code = STILL_ACTIVE;
    if (process == NULL)
        return DELIVERY_FAILED;
    if (!signals_is_alive(handle))
        return DELIVERY_GONE;
    if (TerminateProcess(process, FORCED_EXIT_CODE))
        return DELIVERY_SENT;
    bool denied = GetLastError() == ERROR_ACCESS_DENIED;
    if (GetExitCodeProcess(process, &exit_code) && exit_code != STILL_ACTIVE)
        return DELIVERY_SENT;
    return denied ? DELIVERY_DENIED : DELIVERY_FAILED;
}

/* ---- waiting ---- */

static uint32_t note_ended(const int64_t *handles, bool *ended, uint32_t count)
{
    uint32_t noted = 0;
    for (uint32_t index = 0; index < count; index++) {
        HANDLE process = signals_process(handles[index]);
        if (!ended[index] && process != NULL && WaitForSingleObject(process, 0) == WAIT_OBJECT_0) {
            ended[index] = true;
            noted++;
        }
    }
    return noted;
}

/* Those that find no place among the awaited are looked at before and afterwards. */
void signals_wait(const int64_t *handles, bool *ended, uint32_t count, uint64_t milliseconds)
{
    HANDLE awaited[MAXIMUM_WAIT_OBJECTS];
    DWORD awaited_count = 0;
    DWORD time_out = milliseconds < INFINITE ? (DWORD)milliseconds : INFINITE - 1;
    if (note_ended(handles, ended, count) > 0)
        return;
    for (uint32_t index = 0; index < count && awaited_count < MAXIMUM_WAIT_OBJECTS; index++) {
        if (!ended[index] && handles[index] != HANDLE_NONE)
            awaited[awaited_count++] = signals_process(handles[index]);
    }
    if (awaited_count == 0 ||
        WaitForMultipleObjects(awaited_count, awaited, FALSE, time_out) == WAIT_FAILED)
        Sleep(time_out);
    (void)note_ended(handles, ended, count);
}

const char *signals_name(enum stop how)
{
    return how == STOP_FORCE ? "TerminateProcess" : "CTRL_BREAK";
}
