#include "command/doctor/settings.h"
#include "checks.h"
#include "command/command.h"
#include "core/text.h"
#include "linux/files.h"
#include "linux/processes.h"

#include <elf.h>
#include <err.h>
#include <stdlib.h>

/* What takes the variable away again, where it comes from. */
static char *cure_without(const void *context, const char *variable)
{
    const struct patient *patient = context;
    if (patient->wrapped)
        return said("in ExecStart=, behind portclaim run: leave out what sets %s", variable);
    if (patient->service != NULL)
        return said("UnsetEnvironment=%s", variable);
    if (patient->pid != 0)
        return said("unset %s; and start it again", variable);
    return said("unset %s", variable);
}

void check_settings(struct patient *patient)
{
    const struct settings_source source = {
        .cure_without = cure_without,
        .context = patient,
        .unit_lines = patient->service != NULL && !patient->wrapped,
    };
    doctor_check_settings(&patient->checkup, &patient->environment, &source, &patient->settings);
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
    const char *names[DOCTOR_NAMES] = {process->name, text_base_name(process->executable.path),
                                       text_base_name(process->script)};
    doctor_check_only(&patient->checkup, &patient->settings, names);
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
