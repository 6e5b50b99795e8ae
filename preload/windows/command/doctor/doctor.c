/*
 * portclaim doctor: would portclaim help a program, a service or a running process? If not, why
 * not.
 */
#include "checks.h"
#include "command/command.h"
#include "command/doctor/report.h"
#include "command/doctor/subject.h"
#include "command/doctor/wrapped.h"
#include "command/environment.h"
#include "command/visible.h"
#include "core/text.h"
#include "process.h"
#include "strings.h"
#include "windows/command/allocate.h"
#include "windows/command/environment_entry.h"
#include "windows/command/search.h"

#include <stdlib.h>
#include <string.h>

static struct subject asked;

/* ---- what is asked of whom ---- */

static void examine_settings(struct patient *patient)
{
    check_settings(patient);
    if (patient->pid != 0 && !patient->environment_hidden)
        check_only(patient);
    check_ports(patient);
    check_state(patient);
    check_log(patient);
}

static void examine_service(struct patient *patient)
{
    check_dispatcher(patient);
    check_restart(patient);
    check_start_timeout(patient);
}

static void examine_rest(struct patient *patient)
{
    check_account(patient);
    check_processes(patient);
    check_machine(&patient->checkup);
}

/* ---- the answer ---- */

static int answer(const struct patient *patient, const char *kind, const char *subject)
{
    char *slashed = strings_slashed(subject);
    const struct report_head head = {.kind = kind, .subject = slashed};
    int status = doctor_report(&head, &patient->checkup, asked.json);
    free(slashed);
    return status;
}

static int complain(char *why)
{
    command_complain(&command_doctor, "%s", why);
    free(why);
    return EXIT_MISUSE;
}

static void release(struct patient *patient)
{
    if (patient->process != NULL)
        (void)CloseHandle(patient->process);
    service_free(&patient->unit);
    free(patient->program);
    free(patient->wrapper);
    string_list_free(&patient->environment);
    string_list_free(&patient->options);
    string_list_free(&patient->command);
    checkup_free(&patient->checkup);
}

/* The path of a program, as `run` finds it; by malloc(3), NULL: there is none. */
static char *find_program(const char *name)
{
    wchar_t path[SEARCH_PATH_COUNT];
    wchar_t *wide = strings_to_wide(name);
    char *found = search_program(wide, path) ? strings_from_wide(path) : NULL;
    free(wide);
    return found;
}

/* ---- a program ---- */

static int doctor_program(struct patient *patient, const char *subject)
{
    patient->program = find_program(subject);
    if (patient->program == NULL) {
        char *slashed = strings_slashed(subject);
        char *shown = visible(slashed);
        command_complain(&command_doctor,
                         "there is no program %s%s; name its path, or a service with --unit", shown,
                         strchr(slashed, '/') == NULL ? " in PATH" : "");
        free(shown);
        free(slashed);
        return EXIT_MISUSE;
    }
    account_of_process(GetCurrentProcess(), &patient->account);
    string_list_add_all(&patient->environment, environment_all());
    check_program(patient);
    check_object(patient);
    check_console(patient);
    examine_settings(patient);
    examine_rest(patient);
    return answer(patient, "program", subject);
}

/* ---- a service ---- */

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

static bool is_portclaim(const char *program)
{
    const char *name = strings_base_name(program);
    return strings_same(name, "portclaim.exe") || strings_same(name, "portclaim");
}

/* wrapped_read() knows the command by its name on every system. */
static void take_command(struct patient *patient, const struct string_list *words)
{
    struct string_list command = {0};
    size_t place = 0;
    for (size_t index = 0; index < words->count; index++)
        string_list_add(&command, index == 0 && is_portclaim(words->list[0]) ? "portclaim"
                                                                             : words->list[index]);
    patient->wrapped = wrapped_read(&command, &place, &patient->options);
    if (patient->wrapped)
        patient->wrapper = find_program(words->list[0]);
    for (; place < words->count; place++)
        string_list_add(&patient->command, words->list[place]);
    string_list_free(&command);
}

static void take_service(struct patient *patient)
{
    const struct service *service = &patient->unit;
    patient->service = service;
    account_of_service(service->account, &patient->account);
    add_system_variables(&patient->environment);
    set_variables(&patient->environment, &service->environment);
    take_command(patient, &service->command);
    set_variables(&patient->environment, &patient->options);
    if (patient->command.count > 0)
        patient->program = find_program(patient->command.list[0]);
}

static void examine_executable(struct patient *patient)
{
    if (patient->command.count == 0)
        add_finding(patient, "program", RESULT_FAIL, said("it starts no program"),
                    "there is nothing to help", NULL);
    else if (patient->program == NULL)
        add_finding(patient, "program", RESULT_FAIL,
                    said("there is no program %s", patient->command.list[0]),
                    "the service cannot be started, or finds it by another PATH than yours",
                    said("name its whole path in the service's command line"));
    else if (strpbrk(patient->command.list[0], "\\/") == NULL)
        add_finding(patient, "program", RESULT_WARN,
                    said("%s is looked for in PATH; for you it is %s", patient->command.list[0],
                         patient->program),
                    "a service searches another PATH than you do",
                    said("name its whole path in the service's command line"));
    if (patient->program != NULL)
        check_program(patient);
}

static int doctor_service(struct patient *patient, const char *subject)
{
    char *why = NULL;
    wchar_t *name = strings_to_wide(subject);
    bool loaded = service_load(&patient->unit, name, &why);
    free(name);
    if (!loaded)
        return complain(why);
    take_service(patient);
    examine_executable(patient);
    if (patient->command.count > 0)
        check_preload(patient);
    check_image_path(patient);
    check_object(patient);
    check_console(patient);
    examine_settings(patient);
    examine_service(patient);
    examine_rest(patient);
    return answer(patient, "service", patient->unit.name);
}

/* ---- a process ---- */

/* Its service's settings are those that it has: only how it is started again is asked there. */
static void find_service(struct patient *patient)
{
    char *why = NULL;
    wchar_t *name = process_service(patient->pid);
    if (name == NULL)
        return;
    if (service_load(&patient->unit, name, &why)) {
        struct patient service = {0};
        take_command(&service, &patient->unit.command);
        patient->service = &patient->unit;
        patient->wrapped = service.wrapped;
        string_list_add_all(&patient->options, service.options.list);
        release(&service);
    } else {
        char *shown = strings_from_wide(name);
        add_finding(patient, "unit", RESULT_WARN,
                    said("it belongs to the service %s, of which nothing can be read", shown),
                    "its settings may stand in the way, and were not looked at",
                    said("sc qc \"%s\"", shown));
        free(shown);
    }
    free(why);
    free(name);
}

static int doctor_process(struct patient *patient, const char *subject)
{
    char *why = NULL;
    if (subject_read_pid(subject, &patient->pid) != EXIT_YES)
        return EXIT_MISUSE;
    if (!process_read(patient, &why))
        return complain(why);
    find_service(patient);
    check_program(patient);
    settings_defaults(&patient->settings);
    bool loaded = check_loaded(patient);
    check_mitigation(patient);
    check_console(patient);
    if (loaded)
        examine_settings(patient);
    if (patient->service != NULL)
        examine_service(patient);
    examine_rest(patient);
    return answer(patient, "process", subject);
}

/* ---- which kind it is ---- */

static enum subject_kind guess_kind(void)
{
    if (asked.kind != SUBJECT_ANY)
        return asked.kind;
    if (subject_is_number(asked.name))
        return SUBJECT_PROCESS;
    if (strpbrk(asked.name, "\\/:") != NULL)
        return SUBJECT_PROGRAM;
    char *program = find_program(asked.name);
    free(program);
    return program != NULL ? SUBJECT_PROGRAM : SUBJECT_UNIT;
}

static int run_doctor(int count, char **arguments)
{
    static const struct option options[] = {SUBJECT_OPTIONS, {0}};
    static const struct subject_words words = {.unit = "service", .placeholder = "SERVICE"};
    static struct patient patient;
    int status = EXIT_MISUSE;
    if (subject_read(&asked, &words, options, count, arguments) != EXIT_YES)
        return EXIT_MISUSE;
    switch (guess_kind()) {
    case SUBJECT_ANY:
    case SUBJECT_PROGRAM:
        status = doctor_program(&patient, asked.name);
        break;
    case SUBJECT_UNIT:
        status = doctor_service(&patient, asked.name);
        break;
    case SUBJECT_PROCESS:
        status = doctor_process(&patient, asked.name);
        break;
    }
    release(&patient);
    return status;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "would portclaim help here? If not, why not, and what to do",
    .synopsis = "[--json] PROGRAM|SERVICE|PID",
    .details = "A number is a PID; a name with a slash, a backslash or a colon is a program. Any\n"
               "other name is a program if it is found as `portclaim run` finds it, else a "
               "service.\n\n"
               "  --program NAME   it is a program\n"
               "  --unit NAME      it is a Windows service, by either of its names\n"
               "  --pid NUMBER     it is a process\n"
               "  --json           print one JSON object; portclaim(1) has its members\n\n"
               "Exit codes: 0 portclaim would help (there may be warnings), 1 it would not,\n"
               "2 typed wrong, or there is no such thing.\n\n"
               "  portclaim doctor node\n"
               "  portclaim doctor C:\\Gateway\\server.exe\n"
               "  portclaim doctor --unit gateway\n",
    .run = run_doctor,
};
