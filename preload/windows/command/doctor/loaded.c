#include "checks.h"
#include "core/text.h"
#include "core/version.h"
#include "process.h"
#include "strings.h"
#include "windows/command/allocate.h"
#include "windows/command/library.h"
#include "windows/inject.h"
#include "windows/native.h"

#include <psapi.h>
#include <stdlib.h>

enum { FIRST_MODULES = 256, MODULE_UNITS = 1024 };

static const char check[] = "loaded";

/* ---- the way to start it with the DLL ---- */

static char *cure_by_restart(const struct patient *patient)
{
    if (patient->service != NULL && patient->wrapped)
        return said("net stop \"%s\" & net start \"%s\"", patient->service->name,
                    patient->service->name);
    if (patient->service != NULL)
        return said("portclaim doctor --unit \"%s\"", patient->service->name);
    char *line = strings_line(&patient->command);
    char *cure = said("portclaim run -- %s", line);
    free(line);
    return cure;
}

/* ---- its modules ---- */

/* The list may grow between two questions. NULL when the system does not tell. */
static HMODULE *list_modules(HANDLE process, DWORD *count)
{
    DWORD size = FIRST_MODULES * sizeof(HMODULE);
    for (;;) {
        DWORD needed = 0;
        HMODULE *modules = allocate(size);
        if (!K32EnumProcessModulesEx(process, modules, size, &needed, LIST_MODULES_ALL)) {
            free(modules);
            return NULL;
        }
        if (needed <= size) {
            *count = needed / sizeof(HMODULE);
            return modules;
        }
        free(modules);
        size = needed + needed / 4;
    }
}

/* False when it cannot be told; else `path` is empty when our DLL is not among them. */
static bool find_dll(HANDLE process, wchar_t *path)
{
    DWORD count = 0;
    HMODULE *modules = list_modules(process, &count);
    bool found = false;
    for (DWORD index = 0; modules != NULL && !found && index < count; index++) {
        DWORD length = K32GetModuleFileNameExW(process, modules[index], path, MODULE_UNITS);
        const wchar_t *name = length == 0 ? NULL : wcsrchr(path, L'\\');
        found = name != NULL && _wcsicmp(name + 1, L"portclaim.dll") == 0;
    }
    if (!found)
        path[0] = L'\0';
    free(modules);
    return modules != NULL;
}

/* ---- findings ---- */

static const char *why_unloaded(const struct patient *patient, enum inject_result obstacle)
{
    static const char refused[] =
        "portclaim run started it and could not hook it; it said why on stderr";
    if (obstacle != INJECT_DONE)
        return inject_why(obstacle);
    if (process_is_wrapped(patient->pid))
        return refused;
    return "it was started without portclaim run; a running program cannot be given it";
}

static void fail_unloaded(struct patient *patient)
{
    enum inject_result obstacle = inject_foresee(patient->process);
    bool hopeless = obstacle == INJECT_OTHER_MACHINE || obstacle == INJECT_SIGNED_ONLY;
    checkup_note(&patient->checkup, check, RESULT_FAIL,
                 said("portclaim.dll is not in this process"), why_unloaded(patient, obstacle),
                 hopeless ? NULL : cure_by_restart(patient));
}

static void judge_version(struct patient *patient, const wchar_t *path, const char *name)
{
    char version[LIBRARY_VERSION_SIZE];
    if (!library_read_version(path, version))
        checkup_note(&patient->checkup, check, RESULT_WARN,
                     said("%s, of which no version can be read", name),
                     "it was replaced or deleted since, or is another program's DLL of that name",
                     cure_by_restart(patient));
    else if (!text_equal(version, PORTCLAIM_VERSION))
        checkup_note(&patient->checkup, check, RESULT_WARN,
                     said("%s, version %s, this command %s", name, version, PORTCLAIM_VERSION),
                     "it may know other settings, and this command cannot tell which",
                     cure_by_restart(patient));
    else
        checkup_pass(&patient->checkup, check, said("%s, version %s", name, version));
}

bool check_loaded(struct patient *patient)
{
    wchar_t path[MODULE_UNITS];
    if (!find_dll(patient->process, path)) {
        checkup_note(&patient->checkup, check, RESULT_WARN, said("its modules cannot be read"),
                     "only its own user and an administrator may look",
                     said("as administrator: portclaim doctor %d", (int)patient->pid));
        return false;
    }
    if (path[0] == L'\0') {
        fail_unloaded(patient);
        return false;
    }
    char *name = strings_from_wide(path);
    judge_version(patient, path, name);
    free(name);
    return true;
}

/* ---- what it does not let be done to it ---- */

static bool prohibits_code(HANDLE process, bool *told)
{
    PROCESS_MITIGATION_DYNAMIC_CODE_POLICY policy = {0};
    *told = GetProcessMitigationPolicy(process, ProcessDynamicCodePolicy, &policy, sizeof(policy));
    return policy.ProhibitDynamicCode != 0;
}

static bool is_protected(HANDLE process)
{
    uint8_t protection = 0;
    return native_query_process(process, NATIVE_PROCESS_PROTECTION, &protection, sizeof(protection),
                                NULL) &&
           protection != 0;
}

/* What inject_foresee() knows of signatures is said where the DLL is missing. */
void check_mitigation(struct patient *patient)
{
    static const char mitigation[] = "mitigation";
    bool told = false;
    bool prohibited = prohibits_code(patient->process, &told);
    if (is_protected(patient->process))
        checkup_note(&patient->checkup, mitigation, RESULT_FAIL, said("it is a protected process"),
                     "nobody may write to it, and no instance of it is ever stopped", NULL);
    else if (inject_foresee(patient->process) == INJECT_SIGNED_ONLY)
        checkup_note(&patient->checkup, mitigation, RESULT_FAIL,
                     said("it takes only DLLs that Microsoft has signed"),
                     "portclaim.dll cannot be loaded into it",
                     said("Set-ProcessMitigation -Name \"%s\" -Disable MicrosoftSignedOnly, in "
                          "PowerShell as administrator",
                          strings_base_name(patient->program)));
    else if (prohibited)
        checkup_note(&patient->checkup, mitigation, RESULT_WARN,
                     said("it lets no code be changed (Arbitrary Code Guard)"),
                     "bind and listen are then hooked in the import tables only, which what is "
                     "loaded later, or looked up by name, goes past",
                     said("Set-ProcessMitigation -Name \"%s\" -Disable BlockDynamicCode, in "
                          "PowerShell as administrator",
                          strings_base_name(patient->program)));
    else if (!told)
        checkup_note(&patient->checkup, mitigation, RESULT_WARN,
                     said("its mitigations cannot be read"),
                     "whether its code may be changed was not looked at",
                     said("Get-ProcessMitigation -Id %d, in PowerShell", (int)patient->pid));
    else
        checkup_pass(&patient->checkup, mitigation, said("it lets its code be changed"));
}
