#include "start.h"

static HANDLE running; /* the program's process; NULL before and after */

/*
 * Every process of the console gets the event, the program too: we stay until it has done what it
 * does. The system ends us by force five seconds after a console that closes told us, if we don't
 * return (HandlerRoutine, learn.microsoft.com/windows/console/handlerroutine).
 */
static BOOL WINAPI stay(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT && running != NULL)
        (void)WaitForSingleObject(running, INFINITE);
    return TRUE;
}

/* Where ours lead, by whatever means we have got them. */
static HANDLE pass_on(DWORD which)
{
    HANDLE handle = GetStdHandle(which);
    if (handle != NULL && handle != INVALID_HANDLE_VALUE)
        (void)SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return handle;
}

/*
 * What we were started with: the window's state and title, and lpReserved2, in which the C runtime
 * hands on its descriptors above 2. A hot key or a monitor would be in the place of the handles.
 */
static STARTUPINFOW own_startup(void)
{
    STARTUPINFOW startup;
    GetStartupInfoW(&startup);
    startup.dwFlags &= ~(DWORD)STARTF_USEHOTKEY;
    startup.dwFlags |= STARTF_USESTDHANDLES;
    startup.hStdInput = pass_on(STD_INPUT_HANDLE);
    startup.hStdOutput = pass_on(STD_OUTPUT_HANDLE);
    startup.hStdError = pass_on(STD_ERROR_HANDLE);
    return startup;
}

/*
 * A supervisor that kills us means the program. Its children are not in the job, so that they
 * outlive it as they would without us. Where there is no job, it is only that which is missing; the
 * handle stays open until we end.
 */
static void tie_to_us(HANDLE process)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
        .BasicLimitInformation.LimitFlags =
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK,
    };
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (job != NULL &&
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)))
        (void)AssignProcessToJobObject(job, process);
}

bool start_program(struct start *start, void (*tell)(const struct start *start))
{
    PROCESS_INFORMATION child;
    STARTUPINFOW startup = own_startup();
    (void)SetConsoleCtrlHandler(stay, TRUE);
    if (!CreateProcessW(start->program, start->line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL,
                        &startup, &child)) {
        start->error = GetLastError();
        return false;
    }
    running = child.hProcess;
    tie_to_us(child.hProcess);
    if (start->dll != NULL) {
        start->injected = inject(child.hProcess, start->dll);
        if (start->injected != INJECT_DONE)
            tell(start);
    }
    (void)ResumeThread(child.hThread);
    (void)CloseHandle(child.hThread);
    (void)WaitForSingleObject(child.hProcess, INFINITE);
    (void)GetExitCodeProcess(child.hProcess, &start->status);
    return true;
}
