#include "process.h"

#include "command/command.h"
#include "core/text.h"
#include "core/unit.h"
#include "linux/cgroup.h"
#include "linux/files.h"
#include "linux/processes.h"

#include <err.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CAPABILITY_KILL = 5, CAPABILITY_TRACE = 19 }; /* linux/capability.h */

/* The strings of /proc/PID/environ and cmdline, which end in NUL. */
static bool read_strings(pid_t pid, const char *name, struct string_list *words)
{
    char path[NAME_SIZE];
    char *string = NULL;
    size_t size = 0;
    files_name_number(path, "/proc/", (uint64_t)pid, name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    while (getdelim(&string, &size, '\0', file) > 0)
        string_list_add(words, string);
    bool readable = !ferror(file);
    free(string);
    fclose(file);
    return readable;
}

/* "CapEff:\t00000000a80425fb" of /proc/PID/status */
static unsigned long long read_capabilities(pid_t pid)
{
    char path[NAME_SIZE];
    char *line = NULL;
    size_t size = 0;
    unsigned long long capabilities = 0;
    files_name_number(path, "/proc/", (uint64_t)pid, "/status");
    FILE *file = fopen(path, "re");
    while (file != NULL && getline(&line, &size, file) > 0) {
        if (text_starts_with(line, "CapEff:\t"))
            capabilities = strtoull(line + strlen("CapEff:\t"), NULL, 16);
    }
    free(line);
    if (file != NULL)
        fclose(file);
    return capabilities;
}

static void read_account(struct patient *patient, const struct process *process)
{
    unsigned long long capabilities = read_capabilities(patient->pid);
    const struct passwd *user = getpwuid((uid_t)process->user);
    struct account *account = &patient->account;
    *account = (struct account){.known = true, .user = (uid_t)process->user};
    account->traces_everybody = (capabilities >> CAPABILITY_TRACE & 1) != 0;
    account->signals_everybody = (capabilities >> CAPABILITY_KILL & 1) != 0;
    account->reads_everything = account->user == 0;
    if (user != NULL)
        text_copy(account->name, sizeof(account->name), user->pw_name);
    else
        snprintf(account->name, sizeof(account->name), "%u", (unsigned)process->user);
}

int process_executable(pid_t pid, char *path, size_t size)
{
    char link[NAME_SIZE];
    files_name_number(link, "/proc/", (uint64_t)pid, "/exe");
    long length = files_read_link(AT_FDCWD, link, path, size);
    if (length < 0)
        path[0] = '\0';
    return length < 0 ? (int)-length : 0;
}

bool process_read(struct patient *patient, char **why)
{
    char executable[PATH_MAX];
    struct process *process = calloc(1, sizeof(*process));
    if (process == NULL)
        err(EXIT_MISUSE, "portclaim");
    bool there = processes_read(patient->pid, false, process) && (process->known & KNOWN_USER) != 0;
    read_account(patient, process);
    free(process);
    int error = process_executable(patient->pid, executable, sizeof(executable));
    if (!there)
        *why = said("there is no process %d; `portclaim who` lists those that listen",
                    (int)patient->pid);
    else if (error == EACCES && geteuid() == 0)
        *why = said("process %d cannot be looked into, not even as root here: it lies outside of "
                    "this container or user namespace; ask from there",
                    (int)patient->pid);
    else if (error == EACCES)
        *why = said("process %d is of user %s, and only that user and root may look into it; "
                    "sudo portclaim doctor %d",
                    (int)patient->pid, patient->account.name, (int)patient->pid);
    else if (error != 0)
        *why = said("process %d is a thread of the kernel or has ended: it runs no program",
                    (int)patient->pid);
    if (*why != NULL)
        return false;
    read_strings(patient->pid, "/cmdline", &patient->command);
    patient->environment_hidden = !read_strings(patient->pid, "/environ", &patient->environment);
    return true;
}

bool process_service(pid_t pid, char **name, bool *of_user)
{
    char cgroup[PROCESS_GROUP_SIZE];
    char unit[PROCESS_GROUP_SIZE];
    int directory = files_open_process(pid);
    bool known = directory >= 0 && cgroup_read(directory, cgroup);
    files_close(directory);
    if (!known)
        return false;
    unit_name(cgroup, unit, sizeof(unit));
    *of_user = strstr(cgroup, "/user@") != NULL;
    *name = text_ends_with(unit, ".service") ? formatted("%s", unit) : NULL;
    return *name != NULL;
}
