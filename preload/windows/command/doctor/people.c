/* Whose instances it can stop: those of its own account that it may open. */
#include "checks.h"
#include "strings.h"
#include "windows/snapshot.h"

#include <stdlib.h>

enum { SHOWN_PIDS = 8 };

void check_account(struct patient *patient)
{
    static const char check[] = "account";
    const struct account *account = &patient->account;
    if (account->known && patient->service == NULL)
        checkup_pass(&patient->checkup, check,
                     said("%s, %s", account->name,
                          account->privileges
                              ? "elevated"
                              : "not elevated: what was started as administrator is out of reach"));
    else if (account->known)
        checkup_pass(&patient->checkup, check,
                     said("%s; an instance of another user, such as one that is started by hand, "
                          "is never stopped",
                          account->name));
    else if (patient->service != NULL)
        checkup_note(
            &patient->checkup, check, RESULT_WARN, said("the user %s is not found", account->name),
            "a service of a user that does not exist is not started",
            said("sc config \"%s\" obj= \"NT AUTHORITY\\LocalService\"", patient->service->name));
    else
        checkup_note(&patient->checkup, check, RESULT_WARN, said("its user cannot be read"),
                     "only instances of that user are stopped", NULL);
}

/* ---- the processes of its own program ---- */

struct survey {
    const wchar_t *name;
    unsigned there;
    unsigned closed;
    char *pids; /* of those that are closed */
};

/* What a claim needs of a holder: to be sure of it, to find a socket in it, and to end it. */
static bool is_open(int32_t pid)
{
    const DWORD rights = PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ | PROCESS_DUP_HANDLE |
                         PROCESS_TERMINATE | SYNCHRONIZE;
    HANDLE process = OpenProcess(rights, FALSE, (DWORD)pid);
    if (process == NULL)
        return GetLastError() != ERROR_ACCESS_DENIED; /* it has ended */
    (void)CloseHandle(process);
    return true;
}

static void survey_processes(const struct snapshot *snapshot, struct survey *survey)
{
    struct snapshot_entry entry;
    size_t cursor = 0;
    while (snapshot_next(snapshot, &cursor, &entry)) {
        if (!snapshot_has_name(&entry, survey->name))
            continue;
        survey->there++;
        if (is_open(entry.pid) || ++survey->closed > SHOWN_PIDS)
            continue;
        char *longer =
            formatted("%s%s%d", survey->pids, survey->closed > 1 ? ", " : "", (int)entry.pid);
        free(survey->pids);
        survey->pids = longer;
    }
}

static void judge_survey(struct patient *patient, const struct survey *survey, const char *name)
{
    static const char check[] = "processes";
    if (survey->there == 0)
        checkup_pass(&patient->checkup, check, said("no %s runs now", name));
    else if (survey->closed == 0)
        checkup_pass(&patient->checkup, check,
                     said("%u of %s run, and all of them can be opened", survey->there, name));
    else
        checkup_note(
            &patient->checkup, check, RESULT_WARN,
            said("%u of %u processes of %s cannot be opened: PID %s", survey->closed, survey->there,
                 name, survey->pids),
            "they are another user's, elevated or protected; if one of them is the earlier "
            "instance, it is not stopped",
            said("start the next one as that user, or as administrator"));
}

void check_processes(struct patient *patient)
{
    struct snapshot snapshot;
    const char *name = patient->program == NULL ? "" : strings_base_name(patient->program);
    if (patient->executable.format != EXECUTABLE_PROGRAM)
        return;
    if (!patient->account.ours) {
        checkup_pass(&patient->checkup, "processes",
                     said("those of its own account are open to %s", patient->account.name));
        return;
    }
    if (!snapshot_take(&snapshot)) {
        checkup_note(&patient->checkup, "processes", RESULT_FAIL,
                     said("this Windows lists no processes"),
                     "who is whose ancestor is then not known, and nobody is stopped", NULL);
        return;
    }
    wchar_t *wide = strings_to_wide(name);
    struct survey survey = {.name = wide, .pids = formatted("%s", "")};
    survey_processes(&snapshot, &survey);
    snapshot_free(&snapshot);
    judge_survey(patient, &survey, name);
    free(survey.pids);
    free(wide);
}
