#include "checks.h"
#include "command/command.h"
#include "command/doctor/report.h"
#include "command/doctor/subject.h"
#include "command/doctor/wrapped.h"
#include "command/visible.h"
#include "core/text.h"
#include "dropin.h"
#include "process.h"
#include "shell.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct subject asked;
static int dropin_wanted; /* as flags of getopt_long(3) */
static int user_wanted;

/* ---- what is asked of whom ---- */

static void examine_program(struct patient *patient)
{
    check_engine(patient);
    check_object(patient);
    check_settings(patient);
    check_processes(patient);
    check_state(patient);
    check_log(patient);
    check_machine(&patient->checkup);
}

/* A program below another root is looked at there. */
static void examine_executable(struct patient *patient)
{
    char inside[PATH_MAX];
    const char *root = service_get(patient->service, "RootDirectory");
    if (patient->command.count == 0) {
        checkup_add(&patient->checkup, (struct finding){
                                           .check = "program",
                                           .result = RESULT_FAIL,
                                           .found = said("portclaim run without a program"),
                                           .why = "ExecStart= starts nothing",
                                       });
    } else if (service_has(patient->service, "RootImage") && !patient->service->privileged) {
        checkup_add(&patient->checkup,
                    (struct finding){
                        .check = "program",
                        .result = RESULT_WARN,
                        .found = said("%s lies in RootImage=%s", patient->command.list[0],
                                      service_get(patient->service, "RootImage")),
                        .why = "nobody looked into it: it may be static, or another system's",
                    });
    } else if (root[0] != '\0' && !patient->service->privileged) {
        snprintf(inside, sizeof(inside), "%s%s", root, patient->command.list[0]);
        check_program_file(patient, inside, inside);
    } else {
        check_program(patient, patient->command.list);
    }
}

/* What a service's unit says, whether it runs or not. */
static void examine_unit(struct patient *patient)
{
    check_activation(patient);
    check_address_families(patient);
    check_namespaces(patient);
    check_system_calls(patient);
    check_capabilities(patient);
    check_state(patient);
    check_log(patient);
    check_kill_mode(patient);
    check_restart(patient);
    check_start_timeout(patient);
    check_watchdog(patient);
}

static void examine_service(struct patient *patient)
{
    examine_executable(patient);
    check_engine(patient);
    check_preload(patient);
    check_object(patient);
    check_settings(patient);
    check_processes(patient);
    examine_unit(patient);
    check_machine(&patient->checkup);
}

static void warn_of_hidden_environment(struct patient *patient)
{
    checkup_add(&patient->checkup,
                (struct finding){
                    .check = "settings",
                    .result = RESULT_WARN,
                    .found = said("its environment cannot be read"),
                    .why = "only its own user and root may see whether PORTCLAIM=off or a mistake "
                           "keeps portclaim from acting",
                    .cure = said("sudo portclaim doctor %d", (int)patient->pid),
                });
}

static void examine_process(struct patient *patient)
{
    char link[64];
    char executable[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/%d/exe", (int)patient->pid);
    process_executable(patient->pid, executable, sizeof(executable));
    bool supervised = check_supervised(patient);
    check_program_file(patient, link, executable);
    check_rings(patient);
    settings_defaults(&patient->settings);
    if (supervised || check_loaded(patient)) {
        if (patient->environment_hidden)
            warn_of_hidden_environment(patient);
        else
            check_settings(patient);
        check_only(patient);
    }
    check_processes(patient);
    if (patient->service != NULL)
        examine_unit(patient);
    else
        check_state(patient);
    check_machine(&patient->checkup);
}

/* ---- the answer ---- */

static int answer(const struct patient *patient, const char *kind, const char *subject)
{
    const struct report_head head = {.kind = kind, .subject = subject};
    return doctor_report(&head, &patient->checkup, asked.json);
}

static int answer_with_dropin(const struct patient *patient)
{
    const struct finding *obstacle = dropin_find_obstacle(&patient->checkup);
    if (obstacle == NULL) {
        dropin_print(patient->service, &patient->checkup);
        return EXIT_YES;
    }
    command_complain(&command_doctor, "no drop-in makes portclaim help %s: %s (%s)%s%s",
                     patient->service->name, obstacle->found, obstacle->why,
                     obstacle->cure == NULL ? "" : "; ",
                     obstacle->cure == NULL ? "" : obstacle->cure);
    return EXIT_NO;
}

static void release(struct patient *patient)
{
    program_free(&patient->program);
    service_free(&patient->unit);
    string_list_free(&patient->environment);
    string_list_free(&patient->command);
    checkup_free(&patient->checkup);
}

/* ---- the three kinds ---- */

static enum program_finding look_up(const char *program)
{
    char *arguments[] = {(char *)program, NULL};
    struct program found;
    enum program_finding finding = program_examine(arguments, &found);
    program_free(&found);
    return finding;
}

static int doctor_program(struct patient *patient, const char *subject)
{
    char *arguments[] = {(char *)subject, NULL};
    if (look_up(subject) == PROGRAM_NOT_FOUND) {
        char *shown = visible(subject);
        command_complain(&command_doctor,
                         "there is no program %s%s; name its path, or a unit with --unit", shown,
                         strchr(subject, '/') == NULL ? " in PATH" : "");
        free(shown);
        return EXIT_MISUSE;
    }
    account_of_caller(&patient->account);
    string_list_add_all(&patient->environment, environ);
    check_program(patient, arguments);
    examine_program(patient);
    return answer(patient, "program", subject);
}

static int complain_of_service(char *why)
{
    command_complain(&command_doctor, "%s", why == NULL ? "systemctl has no answer" : why);
    free(why);
    return EXIT_MISUSE;
}

static void take_service(struct patient *patient)
{
    const struct service *service = &patient->unit;
    size_t place = 0;
    patient->service = service;
    account_of_service(service, &patient->account);
    string_list_add_all(&patient->environment, service->environment.list);
    patient->wrapped = wrapped_read(&service->command, &place, &patient->environment);
    const char *engine = wrapped_value(&service->command, "engine");
    if (engine != NULL && !engines_read(engine, &patient->engine_wanted))
        checkup_note(&patient->checkup, "engine", RESULT_FAIL, said("--engine %s", engine),
                     "portclaim run does not know it, and starts nothing",
                     said("--engine auto, preload or seccomp"));
    for (; place < service->command.count; place++)
        string_list_add(&patient->command, service->command.list[place]);
}

static int doctor_unit(struct patient *patient, const char *subject)
{
    char *why = NULL;
    if (!service_load(&patient->unit, subject, user_wanted != 0, &why))
        return complain_of_service(why);
    take_service(patient);
    examine_service(patient);
    return dropin_wanted != 0 ? answer_with_dropin(patient)
                              : answer(patient, "unit", patient->unit.name);
}

/* A process of another user's manager is looked at without its unit, which only that user may ask.
 */
static void find_service(struct patient *patient)
{
    char *name = NULL;
    char *why = NULL;
    bool of_user = false;
    if (!process_service(patient->pid, &name, &of_user))
        return;
    if (!(of_user && patient->account.user != geteuid()) &&
        service_load(&patient->unit, name, of_user, &why))
        patient->service = &patient->unit;
    else
        checkup_add(&patient->checkup,
                    (struct finding){
                        .check = "unit",
                        .result = RESULT_WARN,
                        .found = said("it belongs to %s, of which nothing can be read", name),
                        .why = "its settings may stand in the way, and were not looked at",
                        .cure = said_command(shell_systemctl(of_user, "show", name)),
                    });
    free(name);
    free(why);
}

static int doctor_process(struct patient *patient, const char *subject)
{
    char *why = NULL;
    int32_t pid = 0;
    if (subject_read_pid(subject, &pid) != EXIT_YES)
        return EXIT_MISUSE;
    patient->pid = (pid_t)pid;
    if (!process_read(patient, &why))
        return complain_of_service(why);
    find_service(patient);
    examine_process(patient);
    return answer(patient, "process", subject);
}

/* ---- which kind it is ---- */

/* A directory of PATH that may not be searched could hold anything; that is not enough. */
static bool is_on_path(const char *program)
{
    enum program_finding finding = look_up(program);
    return finding != PROGRAM_NOT_FOUND && finding != PROGRAM_NOT_EXECUTABLE;
}

static enum subject_kind guess_kind(const char *name)
{
    if (strchr(name, '/') != NULL)
        return SUBJECT_PROGRAM;
    if (text_ends_with(name, ".service"))
        return SUBJECT_UNIT;
    return is_on_path(name) ? SUBJECT_PROGRAM : SUBJECT_UNIT;
}

static int examine(void)
{
    static const struct subject_examiners examiners = {
        .examine = {[SUBJECT_PROGRAM] = doctor_program,
                    [SUBJECT_UNIT] = doctor_unit,
                    [SUBJECT_PROCESS] = doctor_process},
        .guess = guess_kind,
    };
    /* Two whole paths and more: not for every stack. */
    static struct patient patient;
    patient.object_found = object_find(NULL, &patient.object);
    int status = subject_examine(&asked, &examiners, &patient);
    release(&patient);
    return status;
}

/* ---- the command line ---- */

static const struct option options[] = {
    SUBJECT_OPTIONS,
    {"dropin", no_argument, &dropin_wanted, 1},
    {"user", no_argument, &user_wanted, 1},
    {0},
};

static int run_doctor(int count, char **arguments)
{
    static const struct subject_words words = {.unit = "unit", .placeholder = "UNIT"};
    if (subject_read(&asked, &words, options, count, arguments) != EXIT_YES)
        return EXIT_MISUSE;
    if (asked.kind == SUBJECT_ANY && (dropin_wanted != 0 || user_wanted != 0))
        asked.kind = SUBJECT_UNIT;
    if (dropin_wanted != 0 && (asked.json || asked.kind != SUBJECT_UNIT))
        return command_misuse(&command_doctor, "--dropin is for a unit, and is no JSON");
    if (user_wanted != 0 && asked.kind != SUBJECT_UNIT)
        return command_misuse(&command_doctor, "--user is for units");
    return examine();
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "would portclaim help here? If not, why not, and what to do",
    .synopsis = "[--json] [--user] [--dropin] PROGRAM|UNIT|PID",
    .details = "A number is a PID; a name with a slash is a program; NAME.service is a unit. Any\n"
               "other name is a program if PATH has one, else a unit.\n\n"
               "  --program NAME   it is a program\n"
               "  --unit NAME      it is a systemd unit\n"
               "  --pid NUMBER     it is a process\n"
               "  --user           it is a unit of your own manager (systemctl --user)\n"
               "  --dropin         print a drop-in that makes portclaim help this unit\n"
               "  --json           print one JSON object; portclaim(1) has its members\n\n"
               "Exit codes: 0 portclaim would help (there may be warnings), 1 it would not,\n"
               "2 typed wrong, or there is no such thing.\n\n"
               "  portclaim doctor /usr/bin/node\n"
               "  portclaim doctor openclaw.service\n"
               "  portclaim doctor --dropin openclaw.service\n",
    .run = run_doctor,
};
