#include "supervision.h"

#include "core/text.h"
#include "linux/files.h"
#include "linux/proc_stat.h"
#include "process.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* fs/anon_inodes.c's name for what SECCOMP_FILTER_FLAG_NEW_LISTENER returns. */
static const char listener[] = "anon_inode:seccomp notify";

/* ---- descriptors ---- */

struct descriptor_search {
    int directory; /* /proc/PID/fd */
    const char *target;
    bool found;
};

static bool visit_descriptor(void *context, const char *name)
{
    struct descriptor_search *search = context;
    char target[PATH_MAX];
    search->found = files_read_link(search->directory, name, target, sizeof(target)) >= 0 &&
                    text_equal(target, search->target);
    return !search->found;
}

bool supervision_has_descriptor(pid_t pid, const char *target)
{
    char path[NAME_SIZE];
    files_name_number(path, "/proc/", (uint64_t)pid, "/fd");
    struct descriptor_search search = {
        .directory = files_open_directory(AT_FDCWD, path),
        .target = target,
    };
    if (search.directory >= 0)
        (void)files_list(search.directory, visit_descriptor, &search);
    files_close(search.directory);
    return search.found;
}

/* ---- processes ---- */

/* "Seccomp_filters:\t1" of /proc/PID/status, Linux 5.9. 0 when there is none to be read. */
static unsigned count_filters(pid_t pid)
{
    static const char title[] = "Seccomp_filters:";
    char path[NAME_SIZE];
    char *line = NULL;
    size_t size = 0;
    unsigned count = 0;
    files_name_number(path, "/proc/", (uint64_t)pid, "/status");
    FILE *file = fopen(path, "re");
    while (file != NULL && getline(&line, &size, file) > 0) {
        if (text_starts_with(line, title))
            count = (unsigned)strtoul(line + strlen(title), NULL, 10);
    }
    free(line);
    if (file != NULL)
        fclose(file);
    return count;
}

static pid_t parent_of(pid_t pid)
{
    struct proc_stat stat;
    return proc_stat_read_pid(pid, &stat) ? stat.parent : 0;
}

static bool is_supervisor(pid_t pid)
{
    char path[PATH_MAX];
    return process_executable(pid, path, sizeof(path)) == 0 &&
           text_starts_with(text_base_name(path), "portclaim") &&
           supervision_has_descriptor(pid, listener);
}

static bool descends(pid_t pid, pid_t ancestor)
{
    while (pid > 0 && pid != ancestor)
        pid = parent_of(pid);
    return pid > 0;
}

struct search {
    pid_t pid;
    unsigned filters; /* of pid */
    enum supervision supervision;
    pid_t supervisor;
};

/*
 * A receiver is the child of what `portclaim run` became, and has that one's filters but for its
 * own; a guard is a supervisor's. Whose parent is neither is an orphan.
 */
static bool visit_process(void *context, const char *name)
{
    struct search *search = context;
    pid_t pid = (pid_t)strtol(name, NULL, 10);
    if (pid <= 0 || !is_supervisor(pid))
        return true;
    pid_t parent = parent_of(pid);
    unsigned filters = count_filters(pid);
    if (search->filters <= filters || is_supervisor(parent))
        return true;
    if (count_filters(parent) > filters && !descends(search->pid, parent))
        return true;
    search->supervision =
        count_filters(parent) > filters ? SUPERVISION_FOUND : SUPERVISION_POSSIBLE;
    search->supervisor = pid;
    return search->supervision != SUPERVISION_FOUND;
}

enum supervision supervision_of(pid_t pid, pid_t *supervisor)
{
    struct search search = {.pid = pid, .filters = count_filters(pid)};
    int directory = files_open_directory(AT_FDCWD, "/proc");
    if (directory >= 0 && search.filters > 0)
        (void)files_list(directory, visit_process, &search);
    files_close(directory);
    *supervisor = search.supervisor;
    return search.supervision;
}
