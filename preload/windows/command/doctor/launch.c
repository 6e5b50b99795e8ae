#include "launch.h"

#include "command/doctor/wrapped.h"
#include "strings.h"
#include "windows/command/allocate.h"
#include "windows/command/environment_entry.h"
#include "windows/command/search.h"

#include <stdlib.h>
#include <string.h>

/* The path of a program, as `run` finds it; by malloc(3), NULL: there is none. */
char *launch_find(const char *name)
{
    wchar_t path[SEARCH_PATH_COUNT];
    wchar_t *wide = strings_to_wide(name);
    char *found = search_program(wide, path) ? strings_from_wide(path) : NULL;
    free(wide);
    return found;
}

/* ---- the environment ---- */

/* The system's variables: a service has those, and none of a user's who asks. */
static void add_system_variables(struct string_list *environment)
{
    static const wchar_t key[] =
        L"SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment";
    enum { NAME_UNITS = 256, ENTRY_UNITS = 32768 };
    HKEY variables;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0, KEY_READ, &variables) != ERROR_SUCCESS)
        return;
    wchar_t *entry = allocate(ENTRY_UNITS * sizeof(*entry));
    for (DWORD index = 0;; index++) {
        DWORD units = NAME_UNITS;
        if (RegEnumValueW(variables, index, entry, &units, NULL, NULL, NULL, NULL) != ERROR_SUCCESS)
            break;
        DWORD size = (DWORD)((ENTRY_UNITS - NAME_UNITS - 2) * sizeof(*entry));
        wchar_t *value = entry + units + 1;
        if (RegGetValueW(variables, NULL, entry, RRF_RT_REG_SZ, NULL, value, &size) !=
            ERROR_SUCCESS)
            continue;
        entry[units] = L'=';
        strings_add_variable(environment, entry);
    }
    free(entry);
    (void)RegCloseKey(variables);
}

/* A later entry takes the place of an earlier one of its name. */
static void set_variables(struct string_list *environment, const struct string_list *entries)
{
    for (size_t index = 0; index < entries->count; index++) {
        const char *entry = entries->list[index];
        size_t length = strcspn(entry, "=") + 1;
        for (size_t place = environment->count; place-- > 0;) {
            if (strncmp(environment->list[place], entry, length) == 0)
                string_list_remove(environment, place);
        }
        char *fit = environment_entry(formatted("%s", entry));
        string_list_add(environment, fit);
        free(fit);
    }
}

/* ---- the command line ---- */

static bool is_portclaim(const char *program)
{
    const char *name = strings_base_name(program);
    return strings_same(name, "portclaim.exe") || strings_same(name, "portclaim");
}

/*
 * The program that the words start, and whether `portclaim run` does, whose options are added to
 * `options`: wrapped_read() knows the command by its name on every system.
 */
static bool unwrap(const struct string_list *words, struct string_list *options,
                   struct string_list *program)
{
    struct string_list command = {0};
    size_t place = 0;
    for (size_t index = 0; index < words->count; index++)
        string_list_add(&command, index == 0 && is_portclaim(words->list[0]) ? "portclaim"
                                                                             : words->list[index]);
    bool wrapped = wrapped_read(&command, &place, options);
    for (; place < words->count; place++)
        string_list_add(program, words->list[place]);
    string_list_free(&command);
    return wrapped;
}

bool launch_is_of(const struct patient *patient, const struct service *service)
{
    struct string_list options = {0};
    struct string_list program = {0};
    (void)unwrap(&service->command, &options, &program);
    char *path = program.count == 0 ? NULL : launch_find(program.list[0]);
    bool same = path != NULL && strings_same(path, patient->program);
    free(path);
    string_list_free(&options);
    string_list_free(&program);
    return same;
}

void launch_take_command(struct patient *patient, const struct service *service)
{
    struct string_list program = {0};
    patient->service = service;
    patient->wrapped = unwrap(&service->command, &patient->options, &program);
    if (patient->wrapped)
        patient->wrapper = launch_find(service->command.list[0]);
    if (patient->pid == 0)
        string_list_add_all(&patient->command, program.list);
    string_list_free(&program);
}

void launch_read_service(struct patient *patient)
{
    const struct service *service = &patient->unit;
    account_of_service(service->account, &patient->account);
    add_system_variables(&patient->environment);
    set_variables(&patient->environment, &service->environment);
    launch_take_command(patient, service);
    set_variables(&patient->environment, &patient->options);
    if (patient->command.count > 0)
        patient->program = launch_find(patient->command.list[0]);
}
