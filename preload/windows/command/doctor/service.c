#include "service.h"

#include "command/doctor/checkup.h"
#include "strings.h"
#include "windows/command/allocate.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_UNITS = 1024, NAME_UNITS = 257 /* the longest name of a service, and its NUL */ };

/* ---- the registry ---- */

/* A value below the service's key, by malloc(3); NULL: there is none of this type. */
static wchar_t *read_value(const wchar_t *service, const wchar_t *below, const wchar_t *name,
                           DWORD types)
{
    wchar_t key[KEY_UNITS];
    DWORD size = 0;
    if (_snwprintf(key, KEY_UNITS, L"SYSTEM\\CurrentControlSet\\Services\\%s%s", service, below) <
            0 ||
        RegGetValueW(HKEY_LOCAL_MACHINE, key, name, types, NULL, NULL, &size) != ERROR_SUCCESS)
        return NULL;
    wchar_t *value = allocate(size + 2 * sizeof(*value));
    memset(value, 0, size + 2 * sizeof(*value));
    if (RegGetValueW(HKEY_LOCAL_MACHINE, key, name, types, NULL, value, &size) == ERROR_SUCCESS)
        return value;
    free(value);
    return NULL;
}

static void add_variables(const wchar_t *service, const wchar_t *below, const wchar_t *name,
                          struct string_list *environment)
{
    wchar_t *list = read_value(service, below, name, RRF_RT_REG_MULTI_SZ);
    for (const wchar_t *entry = list; entry != NULL && *entry != L'\0'; entry += wcslen(entry) + 1)
        strings_add_variable(environment, entry);
    free(list);
}

/* ---- its command line ---- */

static bool is_file(const wchar_t *path)
{
    DWORD attributes = GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

/*
 * Without quotes CreateProcess takes what stands before the first blank, then before the second and
 * so on, for the program, with ".exe" where it has no extension, until there is such a file. Puts
 * quotes around it. Room for three units more than the line.
 */
static bool mend_line(wchar_t *line)
{
    size_t length = wcslen(line);
    for (size_t end = 0; end <= length; end++) {
        if (line[end] != L' ' && line[end] != L'\0')
            continue;
        wchar_t *path = allocate((end + sizeof(".exe")) * sizeof(*path));
        wmemcpy(path, line, end);
        path[end] = L'\0';
        bool found = is_file(path) || is_file(wcscat(path, L".exe"));
        free(path);
        if (!found)
            continue;
        bool ambiguous = wmemchr(line, L' ', end) != NULL;
        if (ambiguous) {
            wmemmove(line + end + 2, line + end, length - end + 1);
            wmemmove(line + 1, line, end);
            line[0] = L'"';
            line[end + 1] = L'"';
        }
        return ambiguous;
    }
    return false;
}

/* NSSM's own settings: nssm.cc/usage. */
static void look_behind_nssm(struct service *service, const wchar_t *name)
{
    static const wchar_t parameters[] = L"\\Parameters";
    const DWORD text = RRF_RT_REG_SZ;
    if (service->command.count == 0 ||
        _strnicmp(strings_base_name(service->command.list[0]), "nssm", 4) != 0)
        return;
    wchar_t *program = read_value(name, parameters, L"Application", text);
    wchar_t *arguments = read_value(name, parameters, L"AppParameters", text);
    if (program != NULL) {
        size_t units = wcslen(program) + (arguments == NULL ? 0 : wcslen(arguments)) + 4;
        wchar_t *line = allocate(units * sizeof(*line));
        (void)_snwprintf(line, units, L"\"%s\" %s", program, arguments == NULL ? L"" : arguments);
        string_list_free(&service->command);
        strings_split_line(line, &service->command);
        service->by_nssm = true;
        add_variables(name, parameters, L"AppEnvironmentExtra", &service->environment);
        free(line);
    }
    free(program);
    free(arguments);
}

static void read_command(struct service *service, const wchar_t *name, const wchar_t *image_path)
{
    DWORD units = ExpandEnvironmentStringsW(image_path, NULL, 0) + 3;
    wchar_t *line = allocate(units * sizeof(*line));
    line[0] = L'\0';
    (void)ExpandEnvironmentStringsW(image_path, line, units);
    service->ambiguous = line[0] != L'"' && mend_line(line);
    service->line = strings_from_wide(line);
    if (line[0] != L'\0')
        strings_split_line(line, &service->command);
    free(line);
    add_variables(name, L"", L"Environment", &service->environment);
    look_behind_nssm(service, name);
}

/* ---- the service control manager ---- */

static void read_actions(struct service *service, SC_HANDLE handle)
{
    DWORD size = 0;
    (void)QueryServiceConfig2W(handle, SERVICE_CONFIG_FAILURE_ACTIONS, NULL, 0, &size);
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER)
        return;
    SERVICE_FAILURE_ACTIONSW *actions = allocate(size);
    service->actions_known = QueryServiceConfig2W(handle, SERVICE_CONFIG_FAILURE_ACTIONS,
                                                  (BYTE *)actions, size, &size) != 0;
    for (DWORD index = 0; service->actions_known && index < actions->cActions; index++) {
        /* What does not fit: the last one still is the last one. */
        if (service->action_count == SERVICE_ACTIONS)
            service->action_count--;
        service->actions[service->action_count++] = actions->lpsaActions[index];
    }
    free(actions);
}

static bool read_config(struct service *service, SC_HANDLE handle, const wchar_t *name, char **why)
{
    DWORD size = 0;
    SERVICE_STATUS_PROCESS status;
    (void)QueryServiceConfigW(handle, NULL, 0, &size);
    QUERY_SERVICE_CONFIGW *config = allocate(size + sizeof(*config));
    bool read = QueryServiceConfigW(handle, config, size + sizeof(*config), &size) != 0;
    if (!read) {
        *why = said("the service %s cannot be read (error %lu)", service->name, GetLastError());
    } else if ((config->dwServiceType & SERVICE_WIN32) == 0) {
        *why = said("%s is a driver: it runs no program", service->name);
        read = false;
    } else {
        service->account = _wcsdup(config->lpServiceStartName == NULL ? L"LocalSystem"
                                                                      : config->lpServiceStartName);
        read_command(service, name, config->lpBinaryPathName);
        read_actions(service, handle);
        if (QueryServiceStatusEx(handle, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof(status),
                                 &size))
            service->pid = status.dwProcessId;
    }
    free(config);
    return read;
}

static char *why_closed(const char *name, DWORD error)
{
    switch (error) {
    case ERROR_SERVICE_DOES_NOT_EXIST:
    case ERROR_INVALID_NAME:
        return said("there is no service %s; `sc query state= all` lists them", name);
    case ERROR_ACCESS_DENIED:
        return said("the service %s may not be read; as administrator: portclaim doctor --unit %s",
                    name, name);
    default:
        return said("the service %s cannot be opened (error %lu); `sc qc %s` says more", name,
                    error, name);
    }
}

/* By the name of its key, else by the one that services.msc shows; `found` gets the key's. */
static SC_HANDLE open_service(SC_HANDLE manager, const wchar_t *name, wchar_t *found)
{
    const DWORD rights = SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS;
    DWORD units = NAME_UNITS;
    wcsncpy(found, name, NAME_UNITS - 1);
    found[NAME_UNITS - 1] = L'\0';
    SC_HANDLE service = OpenServiceW(manager, name, rights);
    DWORD error = GetLastError();
    if (service == NULL && GetServiceKeyNameW(manager, name, found, &units))
        return OpenServiceW(manager, found, rights);
    SetLastError(error);
    return service;
}

bool service_load(struct service *service, const wchar_t *name, char **why)
{
    wchar_t key_name[NAME_UNITS];
    bool loaded = false;
    *service = (struct service){0};
    service->name = strings_from_wide(name);
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE handle = manager == NULL ? NULL : open_service(manager, name, key_name);
    if (manager == NULL) {
        *why = said("the service control manager does not answer (error %lu)", GetLastError());
    } else if (handle == NULL) {
        *why = why_closed(service->name, GetLastError());
    } else {
        free(service->name);
        service->name = strings_from_wide(key_name);
        loaded = read_config(service, handle, key_name, why);
        (void)CloseServiceHandle(handle);
    }
    if (manager != NULL)
        (void)CloseServiceHandle(manager);
    return loaded;
}

void service_free(struct service *service)
{
    free(service->name);
    free(service->line);
    free(service->account);
    string_list_free(&service->command);
    string_list_free(&service->environment);
    *service = (struct service){0};
}
