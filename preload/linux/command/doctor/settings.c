#include "checks.h"
#include "command/command.h"
#include "core/text.h"
#include "linux/files.h"
#include "linux/processes.h"
#include "notation.h"

#include <elf.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

static const char check[] = "settings";

static bool is_setting(const char *entry)
{
    return text_starts_with(entry, "PORTCLAIM=") || text_starts_with(entry, "PORTCLAIM_");
}

/* What takes the variable away again, where it comes from. */
static char *cure_without(const struct patient *patient, const char *entry)
{
    int length = (int)strcspn(entry, "=");
    if (patient->wrapped)
        return said("in ExecStart=, behind portclaim run: leave out what sets %.*s", length, entry);
    if (patient->service != NULL)
        return said("UnsetEnvironment=%.*s", length, entry);
    if (patient->pid != 0)
        return said("unset %.*s; and start it again", length, entry);
    return said("unset %.*s", length, entry);
}

static void add(struct patient *patient, enum result result, const char *entry, char *found,
                const char *why)
{
    checkup_add(&patient->checkup, (struct finding){
                                       .check = check,
                                       .result = result,
                                       .found = found,
                                       .why = why,
                                       .cure = cure_without(patient, entry),
                                       .unit_lines = patient->service != NULL && !patient->wrapped,
                                   });
}

/* One by one, for settings_read() stops at the first mistake. */
static bool check_entry(struct patient *patient, char *entry)
{
    char error[SETTINGS_ERROR_SIZE];
    char *environment[] = {entry, NULL};
    struct settings settings;
    if (settings_read(&settings, environment, error))
        return true;
    add(patient, RESULT_FAIL, entry, said("%s", error),
        "a mistake in one setting makes portclaim do nothing in this process");
    return false;
}

static void check_mode(struct patient *patient)
{
    static const char variable[] = "PORTCLAIM";
    if (patient->settings.mode == MODE_OFF)
        add(patient, RESULT_FAIL, variable, said("PORTCLAIM=off"),
            "it says that portclaim is to do nothing");
    if (patient->settings.mode == MODE_DRY_RUN)
        add(patient, RESULT_WARN, variable, said("PORTCLAIM=dry-run"),
            "portclaim says what it would do, and does nothing");
}

void check_settings(struct patient *patient)
{
    struct string_list entries = {0};
    char error[SETTINGS_ERROR_SIZE];
    size_t mistakes = 0;
    for (size_t index = 0; index < patient->environment.count; index++) {
        char *entry = patient->environment.list[index];
        if (!is_setting(entry))
            continue;
        if (check_entry(patient, entry))
            string_list_add(&entries, entry);
        else
            mistakes++;
    }
    settings_defaults(&patient->settings);
    if (entries.count > 0 && !settings_read(&patient->settings, entries.list, error))
        settings_defaults(&patient->settings);
    check_mode(patient);
    if (mistakes == 0 && patient->settings.mode == MODE_ON)
        checkup_pass(&patient->checkup, check,
                     entries.count == 0 ? said("the defaults")
                                        : said("%zu of PORTCLAIM_..., well-formed", entries.count));
    string_list_free(&entries);
}

/* As startup.c asks it, but of its name now: it may have changed that since. */
void check_only(struct patient *patient)
{
    if (patient->settings.only[0] == '\0')
        return;
    struct process *process = calloc(1, sizeof(*process));
    if (process == NULL)
        err(EXIT_MISUSE, "portclaim");
    processes_read(patient->pid, false, process);
    const char *names[] = {process->name, text_base_name(process->executable.path),
                           text_base_name(process->script)};
    bool meant = settings_list_matches(patient->settings.only, names, 3);
    if (meant)
        checkup_pass(&patient->checkup, "only",
                     said("PORTCLAIM_ONLY=%s means this program", patient->settings.only));
    else
        checkup_add(&patient->checkup,
                    (struct finding){
                        .check = "only",
                        .result = RESULT_FAIL,
                        .found = said("PORTCLAIM_ONLY=%s does not name \"%s\"",
                                      patient->settings.only, process->name),
                        .why = "portclaim does nothing in programs that it leaves out",
                        .cure = said("PORTCLAIM_ONLY=%s,%s", patient->settings.only, process->name),
                    });
    free(process);
}

/* AT_SECURE of getauxval(3). A file that cannot be read, or of 32 bits, says nothing. */
bool is_secure(pid_t pid)
{
    char path[NAME_SIZE];
    Elf64_auxv_t entries[64];
    files_name_number(path, "/proc/", (uint64_t)pid, "/auxv");
    long size = files_read(AT_FDCWD, path, (char *)entries, sizeof(entries));
    for (long index = 0; index < size / (long)sizeof(entries[0]); index++) {
        if (entries[index].a_type == AT_SECURE)
            return entries[index].a_un.a_val != 0;
    }
    return false;
}
