#include "checks.h"
#include "command/command.h"
#include "command/doctor/report.h"
#include "command/visible.h"
#include "core/text.h"
#include "dropin.h"
#include "process.h"
#include "shell.h"
#include "wrapped.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind { KIND_ANY, KIND_PROGRAM, KIND_UNIT, KIND_PROCESS };

static struct {
    bool json;
    bool dropin;
    bool of_user;
    enum kind kind;
    const char *subject;
} asked;

/* ---- what is asked of whom ---- */

static void examine_program(struct patient *patient)
{
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
        check_program_file(&patient->checkup, inside, inside);
    } else {
        check_program(&patient->checkup, patient->command.list);
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
    check_program_file(&patient->checkup, link, executable);
    settings_defaults(&patient->settings);
    if (check_loaded(patient)) {
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
    if (asked.json)
        doctor_report_as_json(&head, &patient->checkup);
    else
        doctor_report_as_text(&head, &patient->checkup);
    return checkup_result(&patient->checkup) == RESULT_FAIL ? EXIT_NO : EXIT_YES;
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
    check_program(&patient->checkup, arguments);
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
    for (; place < service->command.count; place++)
        string_list_add(&patient->command, service->command.list[place]);
}

static int doctor_unit(struct patient *patient, const char *subject)
{
    char *why = NULL;
    if (!service_load(&patient->unit, subject, asked.of_user, &why))
        return complain_of_service(why);
    take_service(patient);
    examine_service(patient);
    return asked.dropin ? answer_with_dropin(patient) : answer(patient, "unit", patient->unit.name);
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
    const char *cursor = subject;
    uint64_t pid = 0;
    if (!text_read_number(&cursor, INT_MAX, &pid) || *cursor != '\0' || pid == 0)
        return command_misuse(&command_doctor, "a PID is a number from 1 to %d", INT_MAX);
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

static enum kind guess_kind(const char *subject)
{
    if (asked.kind != KIND_ANY)
        return asked.kind;
    if (asked.dropin || asked.of_user)
        return KIND_UNIT;
    if (subject[0] != '\0' && subject[strspn(subject, "0123456789")] == '\0')
        return KIND_PROCESS;
    if (strchr(subject, '/') != NULL)
        return KIND_PROGRAM;
    if (text_ends_with(subject, ".service"))
        return KIND_UNIT;
    return is_on_path(subject) ? KIND_PROGRAM : KIND_UNIT;
}

static int examine(const char *subject)
{
    /* Two whole paths and more: not for every stack. */
    static struct patient patient;
    int status = EXIT_MISUSE;
    patient.object_found = object_find(&patient.object);
    switch (guess_kind(subject)) {
    case KIND_ANY:
    case KIND_PROGRAM:
        status = doctor_program(&patient, subject);
        break;
    case KIND_UNIT:
        status = doctor_unit(&patient, subject);
        break;
    case KIND_PROCESS:
        status = doctor_process(&patient, subject);
        break;
    }
    release(&patient);
    return status;
}

/* ---- the command line ---- */

enum { OPTION_JSON = 1, OPTION_DROPIN, OPTION_USER, OPTION_UNIT, OPTION_PID, OPTION_PROGRAM };

static const struct option options[] = {
    {"json", no_argument, NULL, OPTION_JSON},
    {"dropin", no_argument, NULL, OPTION_DROPIN},
    {"user", no_argument, NULL, OPTION_USER},
    {"unit", required_argument, NULL, OPTION_UNIT},
    {"pid", required_argument, NULL, OPTION_PID},
    {"program", required_argument, NULL, OPTION_PROGRAM},
    {0},
};

static int misuse_of_several(void)
{
    return command_misuse(&command_doctor, "one PROGRAM, UNIT or PID at a time");
}

static int run_doctor(int count, char **arguments)
{
    int option;
    while ((option = command_next_option(&command_doctor, count, arguments, options)) != -1) {
        switch (option) {
        case OPTION_JSON:
            asked.json = true;
            break;
        case OPTION_DROPIN:
            asked.dropin = true;
            break;
        case OPTION_USER:
            asked.of_user = true;
            break;
        default:
            if (asked.subject != NULL)
                return misuse_of_several();
            asked.kind = option == OPTION_UNIT  ? KIND_UNIT
                         : option == OPTION_PID ? KIND_PROCESS
                                                : KIND_PROGRAM;
            asked.subject = optarg;
        }
    }
    if (optind < count && asked.subject == NULL)
        asked.subject = arguments[optind++];
    if (asked.subject == NULL || asked.subject[0] == '\0')
        return command_misuse(&command_doctor, "what is to be looked at? Name a program, a unit "
                                               "or a PID");
    if (optind < count)
        return misuse_of_several();
    bool unit_meant = asked.kind == KIND_ANY || asked.kind == KIND_UNIT;
    if (asked.dropin && (asked.json || !unit_meant))
        return command_misuse(&command_doctor, "--dropin is for a unit, and is no JSON");
    if (asked.of_user && !unit_meant)
        return command_misuse(&command_doctor, "--user is for units");
    return examine(asked.subject);
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
