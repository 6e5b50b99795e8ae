#include "checks.h"
#include "core/text.h"
#include "notation.h"
#include "sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the lock and the memory ---- */

static const char *runtime_directory(const struct patient *patient)
{
    const char *directory = string_list_value(&patient->environment, "XDG_RUNTIME_DIR");
    return directory != NULL && directory[0] == '/' ? directory : NULL;
}

/* The choice of startup.c and state.c. */
static char *state_directory(const struct patient *patient)
{
    if (patient->settings.state_directory[0] != '\0')
        return formatted("%s", patient->settings.state_directory);
    if (runtime_directory(patient) != NULL)
        return formatted("%s/portclaim", runtime_directory(patient));
    if (patient->account.user == 0)
        return formatted("/run/portclaim");
    return formatted("/tmp/portclaim-%u", (unsigned)patient->account.user);
}

/*
 * A directory that systemd makes for the service and keeps for its restart. The state lies in one
 * below it, which the object makes for itself alone.
 */
static char *cure_of_state(const struct service *service)
{
    struct string_list own = {0};
    notation_split(service_get(service, "RuntimeDirectory"), &own);
    bool kept = service_has(service, "RuntimeDirectoryPreserve");
    char *cure = NULL;
    if (own.count == 0)
        cure = said("RuntimeDirectory=portclaim-%%N");
    if (!kept)
        cure = said_both(cure, said("RuntimeDirectoryPreserve=restart"));
    if (own.count == 0) {
        cure = said_both(cure, said("Environment=PORTCLAIM_STATE_DIR=%%t/portclaim-%%N/state"));
    } else {
        own.list[0][strcspn(own.list[0], ":")] = '\0';
        cure =
            said_both(cure, said("Environment=PORTCLAIM_STATE_DIR=%%t/%s/portclaim", own.list[0]));
    }
    string_list_free(&own);
    return cure;
}

static void warn_of_state(struct patient *patient, char *found, const char *why)
{
    const struct service *service = patient->service;
    checkup_add(&patient->checkup,
                (struct finding){
                    .check = "state",
                    .result = RESULT_WARN,
                    .found = found,
                    .why = why,
                    .cure = service == NULL ? said("export PORTCLAIM_STATE_DIR=$HOME/.portclaim")
                                            : cure_of_state(service),
                    .unit_lines = service != NULL,
                });
}

void check_state(struct patient *patient)
{
    static const char unusable[] = "two instances that start at once cannot take turns, and "
                                   "PORTCLAIM_LIMIT, which ends kill wars, counts nothing";
    const struct service *service = patient->service;
    char *directory = state_directory(patient);
    char *forbidden = service == NULL ? NULL : sandbox_forbids_writing(service, directory);
    char *forgotten = service == NULL ? NULL : sandbox_forgets(service, directory);
    bool foreseen = service != NULL && sandbox_makes(service, directory);
    if (forbidden != NULL)
        warn_of_state(patient, said("%s keeps it from writing %s", forbidden, directory), unusable);
    else if (forgotten != NULL)
        warn_of_state(patient, said("with %s, %s is emptied at each restart", forgotten, directory),
                      "PORTCLAIM_LIMIT, which ends kill wars, never counts further than one");
    else if (!foreseen && !account_may_own(&patient->account, directory))
        warn_of_state(
            patient,
            said("user %s cannot make %s, or have it alone", patient->account.name, directory),
            unusable);
    else
        checkup_pass(&patient->checkup, "state", said("%s", directory));
    free(directory);
    free(forbidden);
    free(forgotten);
}

/* ---- the record ---- */

/*
 * systemd starts no service with a path in its unit that does not exist (status 226): a directory
 * for the record is one that systemd makes, or is made before.
 */
static struct finding cure_of_log(const struct patient *patient, const char *file, bool forbidden)
{
    static const char logs[] = "/var/log/";
    int length = (int)(text_base_name(file) - file);
    char *directory = formatted("%.*s", length, file);
    bool exists = access(directory, F_OK) == 0;
    bool system_unit = patient->service != NULL && !patient->service->of_user;
    struct finding finding = {0};
    bool below_logs = text_starts_with(directory, logs) && (size_t)length > strlen(logs);
    if (!exists && system_unit && below_logs) {
        directory[length - 1] = '\0';
        finding = (struct finding){.cure = said("LogsDirectory=%s", directory + strlen(logs)),
                                   .unit_lines = true};
    } else if (forbidden && exists) {
        finding =
            (struct finding){.cure = said("ReadWritePaths=%s", directory), .unit_lines = true};
    } else if (forbidden) {
        finding.cure = said("install -d -o %s %s", patient->account.name, directory);
    } else {
        finding.cure = said("install -D -m 640 -o %s /dev/null %s", patient->account.name, file);
    }
    free(directory);
    return finding;
}

void check_log(struct patient *patient)
{
    const char *file = patient->settings.log_file;
    if (patient->settings.log_target != LOG_FILE)
        return;
    const struct service *service = patient->service;
    char *forbidden = service == NULL ? NULL : sandbox_forbids_writing(service, file);
    bool foreseen = service != NULL && sandbox_makes(service, file);
    if (forbidden == NULL && (foreseen || account_may_write(&patient->account, file))) {
        checkup_pass(&patient->checkup, "log", said("%s", file));
        return;
    }
    struct finding finding = cure_of_log(patient, file, forbidden != NULL);
    finding.check = "log";
    finding.result = RESULT_WARN;
    finding.found = forbidden != NULL
                        ? said("%s keeps it from writing %s", forbidden, file)
                        : said("user %s cannot write %s", patient->account.name, file);
    finding.why = "the record goes to stderr instead";
    checkup_add(&patient->checkup, finding);
    free(forbidden);
}
