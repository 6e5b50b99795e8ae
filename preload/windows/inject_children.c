/*
 * What this process starts is created suspended, gets the DLL, and is resumed if the caller did not
 * want it suspended.
 *
 * CreateProcessInternalW of kernelbase is what CreateProcessA, CreateProcessW, CreateProcessAsUser,
 * WinExec and ShellExecuteEx end in (Windows 7 to 11, Wine since 4.18). It calls itself for a batch
 * file, and A calls W: only the outermost call of a thread does anything, hence the guard.
 */
#include "inject.h"

#include "core/text.h"
#include "detour.h"
#include "imports.h"
#include "log.h"
#include "startup.h"
#include "wide.h"

enum {
    NAME_SIZE = 1024, /* bytes */
    MESSAGE_SIZE = 512,
    SHOWN_NAME = 128,
};

static wchar_t own_path[INJECT_PATH_COUNT];
static DWORD inside = TLS_OUT_OF_INDEXES; /* a slot of each thread: not NULL within a call */
static LONG warned;

/* ---- the child ---- */

static const char *base_name(HANDLE process, wchar_t *wide, char *name)
{
    DWORD count = NAME_SIZE;
    if (!QueryFullProcessImageNameW(process, 0, wide, &count))
        return "?";
    const wchar_t *last = wcsrchr(wide, L'\\');
    (void)wide_to_text(last != NULL ? last + 1 : wide, name, NAME_SIZE);
    return name;
}

static void warn(const PROCESS_INFORMATION *child, enum inject_result result)
{
    wchar_t wide[NAME_SIZE];
    char name[NAME_SIZE];
    char message[MESSAGE_SIZE];
    struct text text;
    const struct settings *settings = startup_log_settings();
    if (settings == NULL || InterlockedExchange(&warned, 1) != 0)
        return;
    text_start(&text, message, sizeof(message));
    text_add(&text, "warning: its child \"");
    text_add_visible(&text, base_name(child->hProcess, wide, name), SHOWN_NAME);
    text_add(&text, "\" (PID ");
    text_add_number(&text, child->dwProcessId);
    text_add(&text, ") runs without portclaim: ");
    text_add(&text, inject_why(result));
    text_add(&text, "; of further children it does not tell");
    log_warn(settings, message);
}

/* ---- the call ---- */

/* The last error is what the program left there: TlsGetValue clears it. */
static bool enter(void)
{
    DWORD error = GetLastError();
    bool outermost = TlsGetValue(inside) == NULL && TlsSetValue(inside, &inside);
    SetLastError(error);
    return outermost;
}

static BOOL leave(BOOL created, DWORD flags, const PROCESS_INFORMATION *child)
{
    DWORD error = GetLastError();
    (void)TlsSetValue(inside, NULL);
    if (created) {
        enum inject_result result = inject(child->hProcess, own_path);
        if (result != INJECT_DONE)
            warn(child, result);
        if ((flags & CREATE_SUSPENDED) == 0)
            (void)ResumeThread(child->hThread);
    }
    SetLastError(error);
    return created;
}

/* Undocumented; as in Wine's kernelbase/process.c and ReactOS. `token` and `new_token` are those of
 * CreateProcessAsUser. */
typedef BOOL(WINAPI *internal_function)(HANDLE token, const wchar_t *program, wchar_t *line,
                                        SECURITY_ATTRIBUTES *process, SECURITY_ATTRIBUTES *thread,
                                        BOOL inherit, DWORD flags, void *environment,
                                        const wchar_t *directory, STARTUPINFOW *startup,
                                        PROCESS_INFORMATION *child, HANDLE *new_token);
typedef BOOL(WINAPI *wide_function)(const wchar_t *program, wchar_t *line,
                                    SECURITY_ATTRIBUTES *process, SECURITY_ATTRIBUTES *thread,
                                    BOOL inherit, DWORD flags, void *environment,
                                    const wchar_t *directory, STARTUPINFOW *startup,
                                    PROCESS_INFORMATION *child);
typedef BOOL(WINAPI *narrow_function)(const char *program, char *line, SECURITY_ATTRIBUTES *process,
                                      SECURITY_ATTRIBUTES *thread, BOOL inherit, DWORD flags,
                                      void *environment, const char *directory,
                                      STARTUPINFOA *startup, PROCESS_INFORMATION *child);

static void *next_internal;
static void *next_wide;
static void *next_narrow;

static BOOL WINAPI create_internal(HANDLE token, const wchar_t *program, wchar_t *line,
                                   SECURITY_ATTRIBUTES *process, SECURITY_ATTRIBUTES *thread,
                                   BOOL inherit, DWORD flags, void *environment,
                                   const wchar_t *directory, STARTUPINFOW *startup,
                                   PROCESS_INFORMATION *child, HANDLE *new_token)
{
    internal_function next = (internal_function)next_internal;
    if (!enter())
        return next(token, program, line, process, thread, inherit, flags, environment, directory,
                    startup, child, new_token);
    return leave(next(token, program, line, process, thread, inherit, flags | CREATE_SUSPENDED,
                      environment, directory, startup, child, new_token),
                 flags, child);
}

static BOOL WINAPI create_wide(const wchar_t *program, wchar_t *line, SECURITY_ATTRIBUTES *process,
                               SECURITY_ATTRIBUTES *thread, BOOL inherit, DWORD flags,
                               void *environment, const wchar_t *directory, STARTUPINFOW *startup,
                               PROCESS_INFORMATION *child)
{
    wide_function next = (wide_function)next_wide;
    if (!enter())
        return next(program, line, process, thread, inherit, flags, environment, directory, startup,
                    child);
    return leave(next(program, line, process, thread, inherit, flags | CREATE_SUSPENDED,
                      environment, directory, startup, child),
                 flags, child);
}

static BOOL WINAPI create_narrow(const char *program, char *line, SECURITY_ATTRIBUTES *process,
                                 SECURITY_ATTRIBUTES *thread, BOOL inherit, DWORD flags,
                                 void *environment, const char *directory, STARTUPINFOA *startup,
                                 PROCESS_INFORMATION *child)
{
    narrow_function next = (narrow_function)next_narrow;
    if (!enter())
        return next(program, line, process, thread, inherit, flags, environment, directory, startup,
                    child);
    return leave(next(program, line, process, thread, inherit, flags | CREATE_SUSPENDED,
                      environment, directory, startup, child),
                 flags, child);
}

/* ---- the hooks ---- */

/* kernelbase is there since Windows 7; what is a forwarder in kernel32 resolves to it as well. */
static bool hook(const char *name, void *replacement, void **next)
{
    HMODULE library = GetModuleHandleW(L"kernelbase.dll");
    if (library == NULL)
        library = GetModuleHandleW(L"kernel32.dll");
    void *function = library == NULL ? NULL : (void *)GetProcAddress(library, name);
    return function != NULL && detour_install(function, replacement, next) == DETOUR_DONE;
}

static bool hook_or_import(const char *name, void *replacement, void **next)
{
    return hook(name, replacement, next) ||
           imports_replace(L"kernel32.dll", name, replacement, next);
}

static bool find_own_path(void)
{
    HMODULE own = NULL;
    DWORD flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    if (!GetModuleHandleExW(flags, (const wchar_t *)(const void *)&own_path, &own))
        return false;
    DWORD count = GetModuleFileNameW(own, own_path, INJECT_PATH_COUNT);
    return count > 0 && count < INJECT_PATH_COUNT;
}

bool inject_hook_children(void)
{
    inside = TlsAlloc();
    if (inside == TLS_OUT_OF_INDEXES || !find_own_path())
        return false;
    if (hook("CreateProcessInternalW", (void *)create_internal, &next_internal))
        return true;
    bool wide = hook_or_import("CreateProcessW", (void *)create_wide, &next_wide);
    bool narrow = hook_or_import("CreateProcessA", (void *)create_narrow, &next_narrow);
    return wide && narrow;
}
