#include "signals.h"

#include "asking.h"

enum {
    SYSTEM_PID = 4,
    FORCED_EXIT_CODE = 1, /* as of taskkill /F */
};

static const char break_name[] = "CTRL_BREAK";
static const char close_name[] = "WM_CLOSE";
static const char force_name[] = "TerminateProcess";

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

enum delivery signals_ask(int64_t handle, const char **name)
{
    HANDLE process = signals_process(handle);
    if (process == NULL)
        return DELIVERY_FAILED;
    if (!signals_is_alive(handle))
        return DELIVERY_GONE;
    if (asking_close(process)) {
        *name = close_name;
        return DELIVERY_SENT;
    }
    if (asking_break(process)) {
        *name = break_name;
        return DELIVERY_SENT;
    }
    return DELIVERY_UNASKABLE;
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
    return how == STOP_FORCE ? force_name : "CTRL_BREAK or WM_CLOSE";
}
