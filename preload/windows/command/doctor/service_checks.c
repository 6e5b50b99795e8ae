#include "checks.h"
#include "command/wording.h"
#include "core/runners.h"
#include "core/text.h"
#include "strings.h"

#include <stdlib.h>
#include <string.h>

enum {
    MS_PER_SECOND = 1000,
    /* ServicesPipeTimeout,
       learn.microsoft.com/troubleshoot/windows-server/.../event-id-7000-7011-7009 */
    USUAL_PIPE_TIMEOUT_MS = 30000,
    OWN_PATH_UNITS = 1024,
};

static char *own_path(void)
{
    wchar_t path[OWN_PATH_UNITS];
    DWORD count = GetModuleFileNameW(NULL, path, OWN_PATH_UNITS);
    return strings_from_wide(count > 0 && count < OWN_PATH_UNITS ? path : L"portclaim.exe");
}

/* ---- is its program started with portclaim? ---- */

/* A quote within quotes is \" to sc.exe and nssm.exe. */
static char *escape_quotes(const char *line)
{
    struct wording escaped = {0};
    for (; *line != '\0'; line++)
        wording_add(&escaped, *line == '"' ? "\\%c" : "%c", *line);
    return wording_end(&escaped);
}

/* What portclaim.exe is given to start it, for a command line within quotes. */
static char *line_behind_portclaim(const struct patient *patient)
{
    struct string_list words = {0};
    const struct string_list *command = &patient->command;
    size_t first = 0;
    if (patient->wrapped) {
        command = &patient->service->command;
        first = 1;
    } else {
        string_list_add(&words, "run");
        string_list_add(&words, "--");
    }
    for (; first < command->count; first++)
        string_list_add(&words, command->list[first]);
    char *plain = strings_line(&words);
    char *line = escape_quotes(plain);
    free(plain);
    string_list_free(&words);
    return line;
}

/*
 * Not by sc.exe: the service control manager waits for the process that it has started, which would
 * be portclaim.exe. What is a service by itself stays as it is, for it may have no other mode.
 */
static char *cure_by_wrapping(const struct patient *patient)
{
    const struct service *service = patient->service;
    char *own = own_path();
    char *line = line_behind_portclaim(patient);
    char *cure =
        service->by_nssm
            ? said_both(said("nssm set \"%s\" Application \"%s\"", service->name, own),
                        said("nssm set \"%s\" AppParameters \"%s\"", service->name, line))
            : said("in the program's console mode, as a service of another name: nssm install "
                   "NAME \"%s\" \"%s\"",
                   own, line);
    free(line);
    free(own);
    return cure;
}

/* WinSW keeps its settings in NAME.xml beside NAME.exe. By malloc(3); NULL: there is none. */
static char *settings_of_winsw(const struct patient *patient)
{
    const char *program = patient->command.list[0];
    size_t length = strlen(program);
    if (length > 4 && strings_same(program + length - 4, ".exe"))
        length -= 4;
    char *file = formatted("%.*s.xml", (int)length, program);
    wchar_t *wide = strings_to_wide(file);
    bool there = GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
    free(wide);
    if (there)
        return file;
    free(file);
    return NULL;
}

void check_preload(struct patient *patient)
{
    static const char check[] = "preload";
    const struct service *service = patient->service;
    if (patient->wrapped && patient->wrapper == NULL) {
        checkup_note(&patient->checkup, check, RESULT_FAIL,
                     said("there is no %s", service->command.list[0]),
                     "the service cannot be started, or finds it by another PATH than yours",
                     said("put portclaim.exe there, or the path of another one in its place"));
        return;
    }
    if (patient->wrapped) {
        checkup_pass(&patient->checkup, check,
                     said("%s goes through portclaim run",
                          service->by_nssm ? "NSSM's Application" : "its command line"));
        return;
    }
    char *settings = settings_of_winsw(patient);
    if (settings != NULL)
        checkup_note(&patient->checkup, check, RESULT_WARN,
                     said("what it starts is said in %s, which was not looked at", settings),
                     "if that is not portclaim.exe run, the program never comes across portclaim; "
                     "a running process shows it",
                     said("portclaim doctor PID"));
    else
        checkup_note(&patient->checkup, check, RESULT_FAIL,
                     said("it starts %s without portclaim run", patient->command.list[0]),
                     service->by_nssm
                         ? "without it the program never comes across portclaim"
                         : "without it the program never comes across portclaim, which cannot be a "
                           "service's own program: a wrapper such as NSSM or WinSW starts it",
                     cure_by_wrapping(patient));
    free(settings);
}

void check_image_path(struct patient *patient)
{
    const struct service *service = patient->service;
    if (!service->ambiguous)
        return;
    char *line = escape_quotes(service->line);
    checkup_note(&patient->checkup, "image-path", RESULT_WARN,
                 said("its program has blanks in its path, and no quotes"),
                 "Windows takes what stands before a blank for the program where there is such a "
                 "file, and anybody who may put one there becomes the service",
                 said("sc config \"%s\" binPath= \"%s\"", service->name, line));
    free(line);
}

/*
 * StartServiceCtrlDispatcher is what makes a service of a program; an interpreter leaves that to
 * what it runs, and portclaim.exe to its child.
 */
static const char *who_is_no_service(const struct patient *patient)
{
    if (patient->wrapped)
        return "portclaim.exe";
    char *path = strings_slashed(patient->program);
    bool interprets = runners_interprets(path);
    free(path);
    return interprets ? strings_base_name(patient->program) : NULL;
}

void check_dispatcher(struct patient *patient)
{
    const struct service *service = patient->service;
    if (service->by_nssm || patient->program == NULL || patient->command.count == 0)
        return;
    const char *name = who_is_no_service(patient);
    if (name == NULL)
        return;
    char *own = own_path();
    char *line = line_behind_portclaim(patient);
    checkup_note(
        &patient->checkup, "dispatcher", RESULT_WARN, said("%s is no service by itself", name),
        patient->wrapped
            ? "Windows waits for what it has started to report, and not for a child of that: it "
              "complains (event 7039), and may end it (error 1053); a wrapper such as NSSM reports "
              "in its place"
            : "unless what it runs reports to the service control manager, that ends it after 30 "
              "s (error 1053); a wrapper such as NSSM reports in its place",
        said_both(said("sc delete \"%s\"", service->name),
                  said("nssm install \"%s\" \"%s\" \"%s\"", service->name, own, line)));
    free(line);
    free(own);
}

/* ---- how it is started again ---- */

static unsigned long seconds(uint64_t ms)
{
    return (unsigned long)((ms + MS_PER_SECOND - 1) / MS_PER_SECOND);
}

static bool has_action(const struct service *service, SC_ACTION_TYPE type)
{
    for (DWORD index = 0; index < service->action_count; index++) {
        if (service->actions[index].Type == type)
            return true;
    }
    return false;
}

static void warn_of_actions(struct patient *patient, char *found, const char *why)
{
    checkup_note(
        &patient->checkup, "restart", RESULT_WARN, found, why,
        said("sc failure \"%s\" reset= 3600 actions= restart/10000", patient->service->name));
}

void check_restart(struct patient *patient)
{
    static const char check[] = "restart";
    const struct service *service = patient->service;
    DWORD count = service->action_count;
    const SC_ACTION *last = &service->actions[count > 0 ? count - 1 : 0];
    if (service->by_nssm)
        checkup_pass(&patient->checkup, check, said("NSSM starts it again when it ends"));
    else if (!service->actions_known)
        checkup_note(
            &patient->checkup, check, RESULT_WARN, said("its failure actions cannot be read"),
            "a stranger on the port may leave it down for good, and that was not looked at",
            said("sc qfailure \"%s\"", service->name));
    else if (has_action(service, SC_ACTION_REBOOT))
        warn_of_actions(patient, said("after a failure the computer is restarted"),
                        "a stranger on the port makes every start fail, and so restarts the "
                        "computer");
    else if (!has_action(service, SC_ACTION_RESTART))
        checkup_pass(&patient->checkup, check,
                     said("no restart after a failure: portclaim helps at each start"));
    else if (last->Type != SC_ACTION_RESTART)
        warn_of_actions(patient, said("from its failure %lu on it is not started again", count),
                        "a stranger who holds the port that long leaves the service down, and "
                        "nobody starts it again");
    else
        checkup_pass(&patient->checkup, check,
                     said("after a failure it is started again in %lu s, as often as it takes",
                          seconds(last->Delay)));
}

/* ---- what its start may take ---- */

static uint64_t pipe_timeout_ms(void)
{
    DWORD timeout = 0;
    DWORD size = sizeof(timeout);
    if (RegGetValueW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control",
                     L"ServicesPipeTimeout", RRF_RT_REG_DWORD, NULL, &timeout,
                     &size) == ERROR_SUCCESS)
        return timeout;
    return USUAL_PIPE_TIMEOUT_MS;
}

static uint64_t claims_ms(const struct settings *settings)
{
    char entry[SETTINGS_LIST_SIZE];
    const char *cursor = settings->claim;
    uint64_t whole = 0;
    while (settings_next_entry(&cursor, entry, sizeof(entry)))
        whole += (uint64_t)settings->term_ms + settings->kill_ms + settings->wait_ms;
    return whole;
}

/* PORTCLAIM_CLAIM comes before the program, and so before it can report. */
void check_start_timeout(struct patient *patient)
{
    static const char check[] = "start-timeout";
    uint64_t needed_ms = claims_ms(&patient->settings);
    uint64_t timeout_ms = pipe_timeout_ms();
    if (patient->service->by_nssm || needed_ms == 0)
        return;
    if (needed_ms < timeout_ms)
        checkup_pass(&patient->checkup, check,
                     said("its claims take %lu s at the most, of %lu s for its start",
                          seconds(needed_ms), seconds(timeout_ms)));
    else
        checkup_note(&patient->checkup, check, RESULT_WARN,
                     said("its claims take %lu s at the most, its start may take %lu s",
                          seconds(needed_ms), seconds(timeout_ms)),
                     "the service control manager ends a service that has not reported by then, in "
                     "the midst of a claim",
                     cure_by_setting(patient, "PORTCLAIM_WAIT_MS", "2000"));
}
