/*
 * A console program that does what its first argument says:
 *
 *     say ARGUMENT...      its command line and arguments in UTF-8, a line each
 *     variable NAME        the variable's value, in UTF-8
 *     exit NUMBER          exits with this code
 *     copy                 stdin to stdout, and "end" to stderr
 *     start COMMAND        starts the command line behind it, waits, exits as it did
 *     status COMMAND       the same, and says its exit code, of which a shell sees 8 bits
 *     start-narrow, start-suspended    the same by CreateProcessA, or resumed by itself
 *     start-later          the same twice, when its stdin has ended
 *     fail                 the last error of a CreateProcessW that fails
 *     break                says "ready", waits for Ctrl-Break or Ctrl-C, exits with 40 plus its
 * number sleep                for ever
 *
 * With PROBE_LOG it says there first that it is in main().
 */
#include "windows/command_line.h"
#include "windows/system.h"

#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_COUNT = 32768, SLEEP_MS = 60000 };

static wchar_t word[LINE_COUNT];

static void say_wide(const wchar_t *string)
{
    static char bytes[3 * LINE_COUNT];
    WideCharToMultiByte(CP_UTF8, 0, string, -1, bytes, sizeof(bytes), NULL, NULL);
    puts(bytes);
}

static void log_main(void)
{
    const char *path = getenv("PROBE_LOG");
    FILE *file = path == NULL ? NULL : fopen(path, "a");
    if (file == NULL)
        return;
    fprintf(file, "main process %lu thread %lu\n", GetCurrentProcessId(), GetCurrentThreadId());
    fclose(file);
}

static int say(const wchar_t *line)
{
    int count;
    wchar_t **arguments = CommandLineToArgvW(line, &count);
    say_wide(line);
    for (int index = 0; index < count; index++)
        say_wide(arguments[index]);
    return 0;
}

static int say_variable(const wchar_t *cursor)
{
    static wchar_t value[LINE_COUNT];
    (void)command_line_next(&cursor, word);
    GetEnvironmentVariableW(word, value, LINE_COUNT);
    say_wide(value);
    return 0;
}

static int copy(void)
{
    int byte;
    while ((byte = getchar()) != EOF)
        putchar(byte);
    fputs("end\n", stderr);
    return 0;
}

static int start(const wchar_t *way, const wchar_t *line)
{
    static char narrow_line[LINE_COUNT];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    STARTUPINFOA narrow_startup = {.cb = sizeof(narrow_startup)};
    PROCESS_INFORMATION child;
    DWORD status = 1;
    if (wcscmp(way, L"start-silent") == 0)
        startup.dwFlags = STARTF_USESTDHANDLES; /* and there are none */
    bool suspended = wcscmp(way, L"start-suspended") == 0;
    WideCharToMultiByte(CP_ACP, 0, line, -1, narrow_line, sizeof(narrow_line), NULL, NULL);
    BOOL started =
        wcscmp(way, L"start-narrow") == 0
            ? CreateProcessA(NULL, narrow_line, NULL, NULL, TRUE, 0, NULL, NULL, &narrow_startup,
                             &child)
            : CreateProcessW(NULL, (wchar_t *)line, NULL, NULL, TRUE,
                             suspended ? CREATE_SUSPENDED : 0, NULL, NULL, &startup, &child);
    if (!started) {
        printf("CreateProcess: error %lu\n", GetLastError());
        return 1;
    }
    if (suspended && ResumeThread(child.hThread) != 1)
        puts("it was not suspended once");
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &status);
    if (wcscmp(way, L"status") == 0)
        printf("status %lu\n", status);
    return (int)status;
}

static int start_later(const wchar_t *line)
{
    while (getchar() != EOF)
        ;
    wchar_t *again = wcsdup(line);
    int first = start(L"start", again);
    return start(L"start", line) == first ? first : 1;
}

static int fail(void)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION child;
    wchar_t line[] = L"Z:\\there is\\no such.exe";
    SetLastError(ERROR_SUCCESS);
    BOOL started = CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &child);
    printf("started %d error %lu\n", started, GetLastError());
    return 0;
}

static BOOL WINAPI on_event(DWORD event)
{
    printf("event %lu\n", event);
    fflush(stdout);
    ExitProcess(40 + event);
}

static int wait_for_break(void)
{
    SetConsoleCtrlHandler(on_event, TRUE);
    puts("ready");
    fflush(stdout);
    Sleep(SLEEP_MS);
    return 1;
}

int main(void)
{
    const wchar_t *line = GetCommandLineW();
    const wchar_t *cursor = command_line_program(line, word);
    (void)command_line_next(&cursor, word);
    log_main();
    if (wcscmp(word, L"say") == 0)
        return say(line);
    if (wcscmp(word, L"variable") == 0)
        return say_variable(cursor);
    if (wcscmp(word, L"exit") == 0)
        ExitProcess(wcstoul(cursor, NULL, 0));
    if (wcscmp(word, L"copy") == 0)
        return copy();
    if (wcscmp(word, L"start-later") == 0)
        return start_later(cursor);
    if (wcsncmp(word, L"sta", 3) == 0)
        return start(word, cursor);
    if (wcscmp(word, L"fail") == 0)
        return fail();
    if (wcscmp(word, L"break") == 0)
        return wait_for_break();
    if (wcscmp(word, L"sleep") == 0)
        Sleep(INFINITE);
    return 2;
}
