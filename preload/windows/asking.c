#include "asking.h"

#include "errand.h"
#include "image.h"
#include "native.h"

enum { SUBSYSTEM_OFFSET = 0x128 /* PEB.ImageSubsystem of 64-bit Windows (ntpsapi.h of phnt) */ };

/* ---- by its windows ---- */

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

static bool is_of_windows(HANDLE process)
{
    struct native_basic basic = {0};
    uint32_t subsystem = 0;
    SIZE_T length;
    return native_query_process(process, NATIVE_PROCESS_BASIC, &basic, sizeof(basic), NULL) &&
           ReadProcessMemory(process, basic.block + SUBSYSTEM_OFFSET, &subsystem, sizeof(subsystem),
                             &length) &&
           subsystem == IMAGE_SUBSYSTEM_WINDOWS_GUI;
}

bool asking_close(HANDLE process)
{
    return is_of_windows(process) && close_windows(process);
}

/* ---- by Ctrl-Break ---- */

/* The system's libraries lie in the same place in every process of one machine, until the next
 * boot; in one of another machine there would be anything. */
static bool is_our_machine(HANDLE process)
{
    struct image image;
    return image_read(process, &image) && image_is_our_machine(process, &image);
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

struct breaking {
    struct errand errand;
    HANDLE process; /* of its own: the caller's may be closed meanwhile */
    LPTHREAD_START_ROUTINE routine;
    bool started;
};

static void start_there(struct errand *errand)
{
    struct breaking *breaking = (struct breaking *)errand;
    HANDLE thread = CreateRemoteThread(breaking->process, NULL, 0, breaking->routine,
                                       (void *)(uintptr_t)CTRL_BREAK_EVENT, 0, NULL);
    breaking->started = thread != NULL;
    if (thread != NULL)
        (void)CloseHandle(thread);
}

static void close_process(struct errand *errand)
{
    HANDLE process = ((struct breaking *)errand)->process;
    if (process != NULL)
        (void)CloseHandle(process);
}

/* An errand, for Wine has a thread of the other process make the new one, and it may be stopped. */
bool asking_break(HANDLE process)
{
    HANDLE self = GetCurrentProcess();
    LPTHREAD_START_ROUTINE routine = find_control_routine();
    if (routine == NULL || !is_our_machine(process))
        return false;
    struct errand *errand = errand_new(sizeof(struct breaking), start_there, close_process);
    struct breaking *breaking = (struct breaking *)errand;
    if (errand == NULL)
        return false;
    breaking->routine = routine;
    bool asked =
        DuplicateHandle(self, process, self, &breaking->process, 0, FALSE, DUPLICATE_SAME_ACCESS) &&
        (errand_run(errand, ASKING_MOST_MS) ? breaking->started : errand_is_under_way(errand));
    errand_let_go(errand);
    return asked;
}
