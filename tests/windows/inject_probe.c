/*
 * A DLL that tells where and when it was loaded: one line to the file PROBE_LOG. It stands for
 * portclaim.dll wherever only its way into the process is tested.
 */
#include "core/version.h"
#include "windows/inject.h"

#include "log.h"
#include "startup.h"

#include <stdio.h>
#include <string.h>

/* The ordinal 1: in the place of portclaim.dll. */
__declspec(dllexport) extern const char portclaim_version[];
const char portclaim_version[] = PORTCLAIM_VERSION;

/* ---- in place of log.c and startup.c ---- */

static struct settings settings;

const struct settings *startup_log_settings(void)
{
    return &settings;
}

static void append(const char *line, size_t length)
{
    wchar_t path[INJECT_PATH_COUNT];
    DWORD done;
    if (GetEnvironmentVariableW(L"PROBE_LOG", path, INJECT_PATH_COUNT) == 0)
        return;
    HANDLE file = CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return;
    WriteFile(file, line, (DWORD)length, &done, NULL);
    CloseHandle(file);
}

void log_warn(const struct settings *unused, const char *message)
{
    (void)unused;
    append(message, strlen(message));
    append("\n", 1);
}

/* ---- what it tells ---- */

/* Are the data directories in memory those of the program's file? */
static bool headers_are_as_in_file(void)
{
    static unsigned char file_start[4096];
    wchar_t path[INJECT_PATH_COUNT];
    DWORD size = 0;
    const char *image = (const char *)GetModuleHandleW(NULL);
    GetModuleFileNameW(NULL, path, INJECT_PATH_COUNT);
    HANDLE file =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, 0, NULL);
    bool is_read = ReadFile(file, file_start, sizeof(file_start), &size, NULL);
    CloseHandle(file);
    const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)file_start;
    const IMAGE_NT_HEADERS64 *in_file = (const void *)(file_start + dos->e_lfanew);
    const IMAGE_NT_HEADERS64 *in_memory = (const void *)(image + dos->e_lfanew);
    return is_read &&
           memcmp(in_file->OptionalHeader.DataDirectory, in_memory->OptionalHeader.DataDirectory,
                  sizeof(in_file->OptionalHeader.DataDirectory)) == 0;
}

static void tell(bool hooked)
{
    char line[INJECT_PATH_COUNT];
    wchar_t path[INJECT_PATH_COUNT];
    GetModuleFileNameW(NULL, path, INJECT_PATH_COUNT);
    const wchar_t *name = wcsrchr(path, L'\\') + 1;
    int length = snprintf(
        line, sizeof(line), "loaded process %lu thread %lu headers %s children %s in %ls\n",
        GetCurrentProcessId(), GetCurrentThreadId(),
        headers_are_as_in_file() ? "as-in-file" : "differ", hooked ? "hooked" : "not-hooked", name);
    append(line, (size_t)length);
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved);
BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved)
{
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) {
        DisableThreadLibraryCalls(library);
        inject_restore();
        tell(inject_hook_children());
    }
    return TRUE;
}
