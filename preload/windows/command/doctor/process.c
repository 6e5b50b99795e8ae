#include "process.h"

#include "strings.h"
#include "windows/block.h"
#include "windows/command/allocate.h"
#include "windows/signals.h"
#include "windows/snapshot.h"

#include <stdlib.h>

enum { PATH_UNITS = 32768, LINE_UNITS = 32768, ENVIRONMENT_UNITS = 1 << 20 };

/* ---- what can be read of it ---- */

static void read_program(struct patient *patient)
{
    DWORD units = PATH_UNITS;
    wchar_t *path = allocate(PATH_UNITS * sizeof(*path));
    if (QueryFullProcessImageNameW(patient->process, 0, path, &units))
        patient->program = strings_from_wide(path);
    free(path);
}

static void read_line(struct patient *patient, const struct block *block)
{
    wchar_t *line = allocate(LINE_UNITS * sizeof(*line));
    if (block_read_command_line(block, line, LINE_UNITS) && line[0] != L'\0')
        strings_split_line(line, &patient->command);
    free(line);
}

static void read_environment(struct patient *patient, const struct block *block)
{
    wchar_t *units = allocate(ENVIRONMENT_UNITS * sizeof(*units));
    patient->environment_hidden = !block_read_environment(block, units, ENVIRONMENT_UNITS);
    for (const wchar_t *entry = units; !patient->environment_hidden && *entry != L'\0';
         entry += wcslen(entry) + 1)
        strings_add_variable(&patient->environment, entry);
    free(units);
}

static char *why_closed(int32_t pid)
{
    struct snapshot snapshot;
    struct snapshot_entry entry;
    bool known = snapshot_take(&snapshot);
    bool there = known && snapshot_find(&snapshot, pid, &entry);
    if (known)
        snapshot_free(&snapshot);
    if (known && !there)
        return said("there is no process %d; `tasklist` lists them", (int)pid);
    return said("process %d cannot be opened: it is another user's, elevated, protected or the "
                "system's own; as administrator: portclaim doctor %d",
                (int)pid, (int)pid);
}

bool process_read(struct patient *patient, char **why)
{
    struct block block;
    int64_t handle = signals_open(patient->pid);
    patient->process = signals_process(handle);
    if (patient->process == NULL) {
        *why = why_closed(patient->pid);
        return false;
    }
    if (!signals_is_alive(handle)) {
        *why = said("process %d has ended", (int)patient->pid);
        return false;
    }
    read_program(patient);
    if (patient->program == NULL) {
        *why = said("process %d runs no program that can be read", (int)patient->pid);
        return false;
    }
    account_of_process(patient->process, &patient->account);
    block_open(&block, patient->process);
    read_line(patient, &block);
    read_environment(patient, &block);
    if (patient->command.count == 0)
        string_list_add(&patient->command, patient->program);
    return true;
}

/* ---- where it comes from ---- */

bool process_is_wrapped(int32_t pid)
{
    struct snapshot snapshot;
    struct snapshot_entry entry;
    struct snapshot_entry parent;
    if (!snapshot_take(&snapshot))
        return false;
    bool wrapped = snapshot_find(&snapshot, pid, &entry) &&
                   snapshot_find_parent(&snapshot, &entry, &parent) &&
                   snapshot_has_name(&parent, L"portclaim.exe");
    snapshot_free(&snapshot);
    return wrapped;
}

/* The one whose process this is; by malloc(3). */
static wchar_t *find_among(const ENUM_SERVICE_STATUS_PROCESSW *services, DWORD count, int32_t pid)
{
    for (DWORD index = 0; index < count; index++) {
        if (services[index].ServiceStatusProcess.dwProcessId == (DWORD)pid)
            return _wcsdup(services[index].lpServiceName);
    }
    return NULL;
}

static ENUM_SERVICE_STATUS_PROCESSW *list_services(DWORD *count)
{
    DWORD size = 0;
    DWORD needed = 0;
    BYTE *services = NULL;
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE);
    bool listed = false;
    while (manager != NULL && !listed) {
        listed = EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE,
                                       services, size, &needed, count, NULL, NULL) != 0;
        if (!listed && GetLastError() != ERROR_MORE_DATA)
            break;
        if (!listed) {
            size += needed;
            free(services);
            services = allocate(size);
        }
    }
    if (manager != NULL)
        (void)CloseServiceHandle(manager);
    if (listed)
        return (ENUM_SERVICE_STATUS_PROCESSW *)(void *)services;
    free(services);
    return NULL;
}

wchar_t *process_service(int32_t pid)
{
    DWORD count = 0;
    struct snapshot snapshot;
    struct snapshot_entry entry;
    ENUM_SERVICE_STATUS_PROCESSW *services = list_services(&count);
    wchar_t *name = NULL;
    if (services == NULL)
        return NULL;
    if (snapshot_take(&snapshot)) {
        bool there = snapshot_find(&snapshot, pid, &entry);
        while (there && (name = find_among(services, count, entry.pid)) == NULL) {
            struct snapshot_entry child = entry;
            there = snapshot_find_parent(&snapshot, &child, &entry);
        }
        snapshot_free(&snapshot);
    }
    free(services);
    return name;
}
