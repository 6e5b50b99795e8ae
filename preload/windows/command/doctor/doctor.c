/*
 * portclaim doctor: would portclaim help a program, a service or a running process? If not, why
 * not.
 */
#include "checks.h"
#include "command/command.h"
#include "command/doctor/report.h"
#include "command/doctor/subject.h"
#include "command/environment.h"
#include "command/visible.h"
#include "core/text.h"
#include "launch.h"
#include "process.h"
#include "strings.h"

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

/* ---- a program ---- */

static int doctor_program(struct patient *patient, const char *subject)
{
    patient->program = launch_find(subject);
    if (patient->program == NULL) {
        char *slashed = strings_slashed(subject);
        char *shown = visible(slashed);
        command_complain(&command_doctor, "there is no program %s%s", shown,
                         strpbrk(slashed, "/:") == NULL
                             ? " in PATH; name its path, or a service with --unit"
                             : "; see whether the path is right");
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

static void examine_executable(struct patient *patient)
{
    if (patient->command.count == 0)
        checkup_note(&patient->checkup, "program", RESULT_FAIL, said("it starts no program"),
                     "there is nothing to help", NULL);
    else if (patient->program == NULL)
        checkup_note(&patient->checkup, "program", RESULT_FAIL,
                     said("there is no program %s", patient->command.list[0]),
                     "the service cannot be started, or finds it by another PATH than yours",
                     said("name its whole path in the service's command line"));
    else if (strpbrk(patient->command.list[0], "\\/") == NULL)
        checkup_note(&patient->checkup, "program", RESULT_WARN,
                     said("%s is looked for in PATH; for you it is %s", patient->command.list[0],
                          patient->program),
                     "a service searches another PATH than you do",
                     said("name its whole path in the service's command line"));
    if (patient->program != NULL)
        check_program(patient);
}

/* What was looked for as a program first. */
static char *or_program(char *why)
{
    char *both = said("%s; there is no such program in PATH either: name its path", why);
    free(why);
    return both;
}

static int doctor_service(struct patient *patient, const char *subject)
{
    char *why = NULL;
    wchar_t *name = strings_to_wide(subject);
    bool loaded = service_load(&patient->unit, name, &why);
    free(name);
    if (!loaded)
        return complain(asked.kind == SUBJECT_ANY ? or_program(why) : why);
    launch_read_service(patient);
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

/*
 * What a service has started need not be the service: sshd's, or a task of Task Scheduler. It is
 * when its program is the one that the service starts. Its settings are those that it has.
 */
static void find_service(struct patient *patient)
{
    char *why = NULL;
    wchar_t *name = process_service(patient->pid);
    if (name == NULL)
        return;
    if (!service_load(&patient->unit, name, &why) || !launch_is_of(patient, &patient->unit))
        service_free(&patient->unit);
    else
        launch_take_command(patient, &patient->unit);
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

static enum subject_kind guess_kind(const char *name)
{
    if (strpbrk(name, "\\/:") != NULL)
        return SUBJECT_PROGRAM;
    char *program = launch_find(name);
    free(program);
    return program != NULL ? SUBJECT_PROGRAM : SUBJECT_UNIT;
}

static int run_doctor(int count, char **arguments)
{
    static const struct option options[] = {SUBJECT_OPTIONS, {0}};
    static const struct subject_words words = {.unit = "service", .placeholder = "SERVICE"};
    static const struct subject_examiners examiners = {
        .examine = {[SUBJECT_PROGRAM] = doctor_program,
                    [SUBJECT_UNIT] = doctor_service,
                    [SUBJECT_PROCESS] = doctor_process},
        .guess = guess_kind,
    };
    static struct patient patient;
    if (subject_read(&asked, &words, options, count, arguments) != EXIT_YES)
        return EXIT_MISUSE;
    int status = subject_examine(&asked, &examiners, &patient);
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
