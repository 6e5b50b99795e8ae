/*
 * In the place of a service wrapper such as NSSM or WinSW, for the tests of examples/windows: of
 * NSSM it has the command line, as far as the example uses it, and what it does as a service: to
 * start the program with its parameters and its variables, and to end when that ends. Its settings
 * are in the registry, where NSSM has them.
 *
 *     nssm install SERVICE PROGRAM
 *     nssm set SERVICE NAME VALUE...      # joined with blanks, but for a list of variables
 *
 * A console, through which NSSM sends Ctrl-C, is missing in Wine: here a service that is to stop
 * gets what NSSM does last, TerminateProcess.
 */
#include <windows.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { UNITS = 4096, STOP_WAIT_HINT_MS = 10000 };

static wchar_t service_name[UNITS];
static SERVICE_STATUS_HANDLE service;
static HANDLE stop_wanted;

static void fail(const char *what)
{
    (void)fprintf(stderr, "nssm: %s: error %lu\n", what, GetLastError());
    ExitProcess(1);
}

/* ---- the settings ---- */

static HKEY open_settings(const wchar_t *name)
{
    wchar_t path[UNITS];
    HKEY key;
    (void)swprintf(path, UNITS, L"SYSTEM\\CurrentControlSet\\Services\\%ls\\Parameters", name);
    if (RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL) !=
        ERROR_SUCCESS)
        fail("its key in the registry");
    return key;
}

static void write_setting(const wchar_t *of_service, const wchar_t *name, DWORD type,
                          const wchar_t *value, size_t units)
{
    HKEY key = open_settings(of_service);
    if (RegSetValueExW(key, name, 0, type, (const BYTE *)value, (DWORD)(units * sizeof(*value))) !=
        ERROR_SUCCESS)
        fail("a setting");
    (void)RegCloseKey(key);
}

static void read_setting(const wchar_t *name, wchar_t value[UNITS])
{
    HKEY key = open_settings(service_name);
    DWORD size = (UNITS - 2) * sizeof(*value);
    memset(value, 0, UNITS * sizeof(*value));
    (void)RegQueryValueExW(key, name, NULL, NULL, (BYTE *)value, &size);
    (void)RegCloseKey(key);
}

/* ---- the service ---- */

static void report(DWORD state, DWORD error)
{
    SERVICE_STATUS status = {
        .dwServiceType = SERVICE_WIN32_OWN_PROCESS,
        .dwCurrentState = state,
        .dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0,
        .dwWin32ExitCode = error,
        .dwWaitHint = state == SERVICE_STOP_PENDING ? STOP_WAIT_HINT_MS : 0,
    };
    (void)SetServiceStatus(service, &status);
}

static DWORD WINAPI take_control(DWORD control, DWORD event, void *data, void *context)
{
    (void)event;
    (void)data;
    (void)context;
    if (control == SERVICE_CONTROL_STOP) {
        report(SERVICE_STOP_PENDING, NO_ERROR);
        (void)SetEvent(stop_wanted);
    }
    return NO_ERROR;
}

static void set_variables(void)
{
    wchar_t variables[UNITS];
    read_setting(L"AppEnvironmentExtra", variables);
    for (wchar_t *entry = variables; *entry != L'\0'; entry += wcslen(entry) + 1)
        (void)_wputenv(entry);
}

static bool start_program(PROCESS_INFORMATION *child)
{
    wchar_t program[UNITS];
    wchar_t parameters[UNITS];
    wchar_t directory[UNITS];
    wchar_t line[2 * UNITS];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    read_setting(L"Application", program);
    read_setting(L"AppParameters", parameters);
    read_setting(L"AppDirectory", directory);
    set_variables();
    (void)swprintf(line, 2 * UNITS, L"\"%ls\" %ls", program, parameters);
    return CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL,
                          directory[0] == L'\0' ? NULL : directory, &startup, child);
}

static void WINAPI serve(DWORD count, wchar_t **names)
{
    PROCESS_INFORMATION child;
    if (count > 0)
        (void)wcsncpy(service_name, names[0], UNITS - 1);
    stop_wanted = CreateEventW(NULL, TRUE, FALSE, NULL);
    service = RegisterServiceCtrlHandlerExW(service_name, take_control, NULL);
    if (!start_program(&child)) {
        report(SERVICE_STOPPED, GetLastError());
        return;
    }
    report(SERVICE_RUNNING, NO_ERROR);
    HANDLE either[] = {child.hProcess, stop_wanted};
    (void)WaitForMultipleObjects(2, either, FALSE, INFINITE);
    (void)TerminateProcess(child.hProcess, 0);
    (void)WaitForSingleObject(child.hProcess, INFINITE);
    report(SERVICE_STOPPED, NO_ERROR);
}

/* ---- the command ---- */

static void install(const wchar_t *name, const wchar_t *program)
{
    wchar_t own_path[UNITS];
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    (void)GetModuleFileNameW(NULL, own_path, UNITS);
    if (CreateServiceW(manager, name, name, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                       SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, own_path, NULL, NULL, NULL, NULL,
                       NULL) == NULL)
        fail("install");
    write_setting(name, L"Application", REG_SZ, program, wcslen(program) + 1);
}

static void set(const wchar_t *name, const wchar_t *setting, int count, wchar_t **values)
{
    wchar_t value[UNITS] = {0};
    bool is_list = wcscmp(setting, L"AppEnvironmentExtra") == 0;
    size_t end = 0;
    for (int index = 0; index < count; index++) {
        if (end + wcslen(values[index]) + 3 > UNITS)
            fail("a value that is too long");
        if (index > 0)
            value[end++] = is_list ? L'\0' : L' ';
        wcscpy(value + end, values[index]);
        end += wcslen(values[index]);
    }
    write_setting(name, setting, is_list ? REG_MULTI_SZ : REG_SZ, value, end + (is_list ? 2 : 1));
}

int wmain(int count, wchar_t **arguments);

int wmain(int count, wchar_t **arguments)
{
    SERVICE_TABLE_ENTRYW table[] = {{service_name, serve}, {NULL, NULL}};
    if (count == 4 && wcscmp(arguments[1], L"install") == 0)
        install(arguments[2], arguments[3]);
    else if (count > 4 && wcscmp(arguments[1], L"set") == 0)
        set(arguments[2], arguments[3], count - 4, arguments + 4);
    else if (count != 1 || !StartServiceCtrlDispatcherW(table))
        fail("neither a command that it knows, nor started as a service");
    return 0;
}
