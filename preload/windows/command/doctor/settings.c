#include "command/doctor/settings.h"

#include "checks.h"
#include "core/text.h"
#include "strings.h"
#include "windows/processes.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* ---- where a setting comes from ---- */

/* "\0" between entries is the notation of reg(1). */
static char *cure_by_registry(const struct service *service, const char *variable,
                              const char *value)
{
    char *list = formatted("%s=%s", variable, value);
    size_t length = strcspn(list, "=") + 1;
    for (size_t index = 0; index < service->environment.count; index++) {
        const char *entry = service->environment.list[index];
        if (strncmp(entry, list, length) == 0)
            continue;
        char *longer = formatted("%s\\0%s", list, entry);
        free(list);
        list = longer;
    }
    char *cure = said("reg add \"HKLM\\SYSTEM\\CurrentControlSet\\Services\\%s\" /v Environment "
                      "/t REG_MULTI_SZ /d \"%s\" /f",
                      service->name, list);
    free(list);
    return cure;
}

/* --term-ms for PORTCLAIM_TERM_MS */
static char *option_of(const char *variable)
{
    static const char prefix[] = "PORTCLAIM_";
    bool mode = !text_starts_with(variable, prefix);
    char *option = formatted("--%s", mode ? "mode" : variable + strlen(prefix));
    for (char *byte = option; *byte != '\0'; byte++)
        *byte = *byte == '_' ? '-' : (char)(*byte >= 'A' && *byte <= 'Z' ? *byte | 0x20 : *byte);
    return option;
}

char *cure_by_setting(const struct patient *patient, const char *variable, const char *value)
{
    if (string_list_value(&patient->options, variable) != NULL) {
        char *option = option_of(variable);
        char *cure = said("in its command line, behind portclaim run: %s %s", option, value);
        free(option);
        return cure;
    }
    if (patient->service != NULL)
        return cure_by_registry(patient->service, variable, value);
    return said("set %s=%s", variable, value);
}

/* What takes the variable away again. */
static char *cure_without(const void *context, const char *variable)
{
    const struct patient *patient = context;
    if (string_list_value(&patient->options, variable) != NULL)
        return said("in its command line, behind portclaim run: leave out what sets %s", variable);
    if (patient->service != NULL &&
        string_list_value(&patient->service->environment, variable) != NULL)
        return said("take %s out of Environment in "
                    "HKLM\\SYSTEM\\CurrentControlSet\\Services\\%s",
                    variable, patient->service->name);
    if (patient->service != NULL)
        return said("where it is set (the service's wrapper, or the system's variables): leave out "
                    "%s",
                    variable);
    if (patient->pid != 0)
        return said("set \"%s=\" and start it again", variable);
    return said("set \"%s=\"", variable);
}

/* ---- the checks ---- */

static void warn_of_hidden(struct patient *patient)
{
    checkup_note(
        &patient->checkup, "settings", RESULT_WARN, said("its environment cannot be read"),
        "only its own user and an administrator may see whether PORTCLAIM=off or a mistake "
        "keeps portclaim from acting",
        said("as administrator: portclaim doctor %d", (int)patient->pid));
}

void check_settings(struct patient *patient)
{
    const struct settings_source source = {.cure_without = cure_without, .context = patient};
    settings_defaults(&patient->settings);
    if (patient->environment_hidden)
        warn_of_hidden(patient);
    else
        doctor_check_settings(&patient->checkup, &patient->environment, &source,
                              &patient->settings);
}

void check_only(struct patient *patient)
{
    struct process *process = calloc(1, sizeof(*process));
    if (process == NULL)
        err(2, "portclaim");
    (void)processes_read(patient->pid, patient->process, false, process);
    const char *names[DOCTOR_NAMES] = {process->name, text_base_name(process->executable.path),
                                       text_base_name(process->script)};
    doctor_check_only(&patient->checkup, &patient->settings, names);
    free(process);
}
