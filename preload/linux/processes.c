#include "processes.h"

#include "cgroup.h"
#include "core/observation.h"
#include "core/runners.h"
#include "core/settings.h"
#include "files.h"
#include "lineage.h"
#include "proc_stat.h"
#include "system.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

enum {
    STATUS_SIZE = 1024,  /* Uid stands in the first few lines */
    COMM_SIZE = 16,      /* TASK_COMM_LEN of linux/sched.h */
    TICKS_DEFAULT = 100, /* USER_HZ, everywhere but on alpha */
    MOST_ARGUMENT_BYTES = 8 << 20,
    MOST_ENVIRONMENT_BYTES = 8 << 20,
};

static void read_start(int directory, struct process *process)
{
    struct proc_stat stat;
    if (!proc_stat_read(directory, "stat", &stat))
        return;
    unsigned long ticks_per_second = getauxval(AT_CLKTCK);
    if (ticks_per_second == 0)
        ticks_per_second = TICKS_DEFAULT;
    text_copy(process->name, sizeof(process->name), stat.name);
    process->parent = stat.parent;
    process->process_group = stat.process_group;
    process->start_ms = stat.start_ticks * 1000 / ticks_per_second;
    process->known |= KNOWN_START;
}

/* ---- the rest of /proc/PID ---- */

/* "Uid:" of status: real, effective, saved, file system. */
static void read_user(int directory, struct process *process)
{
    static const char label[] = "\nUid:\t";
    char status[STATUS_SIZE];
    if (files_read(directory, "status", status, sizeof(status)) <= 0)
        return;
    const char *field = strstr(status, label);
    uint64_t user = 0;
    if (field == NULL)
        return;
    field += sizeof(label) - 1;
    if (!text_read_number(&field, UINT32_MAX, &user) || *field++ != '\t' ||
        !text_read_number(&field, UINT32_MAX, &user))
        return;
    process->user = (uint32_t)user;
    process->known |= KNOWN_USER;
}

/* A link of /proc (exe, cwd) names a file that may be gone; then " (deleted)" stands behind it. */
static bool read_linked_file(int directory, const char *name, struct file *file)
{
    static const char deleted[] = " (deleted)";
    unsigned mode = 0;
    if (files_read_link(directory, name, file->path, sizeof(file->path)) <= 0 ||
        !files_identify(directory, name, 0, file, &mode, NULL))
        return false;
    file->deleted = text_ends_with(file->path, deleted);
    if (file->deleted)
        file->path[strlen(file->path) - (sizeof(deleted) - 1)] = '\0';
    return true;
}

struct arguments {
    struct process *process;
    uint64_t held_back; /* NULs that count only if something follows: a title leaves many behind */
};

static void add_argument_byte(struct process *process, char byte)
{
    process->arguments_hash = text_hash(process->arguments_hash, &byte, 1);
    if (process->arguments_length < PROCESS_ARGUMENTS_SIZE - 1)
        process->arguments[process->arguments_length++] = byte;
}

static void take_arguments(void *context, const char *bytes, size_t length)
{
    struct arguments *arguments = context;
    for (size_t index = 0; index < length; index++) {
        if (bytes[index] == '\0') {
            arguments->held_back++;
            continue;
        }
        for (; arguments->held_back > 0; arguments->held_back--)
            add_argument_byte(arguments->process, '\0');
        add_argument_byte(arguments->process, bytes[index]);
    }
}

/* The argument behind this one, or NULL when it is the last, or not copied whole. */
static const char *next_argument(const struct process *process, const char *argument)
{
    const char *end = process->arguments + process->arguments_length;
    const char *next = argument + strlen(argument) + 1;
    if (next >= end)
        return NULL;
    bool cut =
        process->arguments_length == PROCESS_ARGUMENTS_SIZE - 1 && next + strlen(next) == end;
    return cut ? NULL : next;
}

static const char *find_script_argument(const struct process *process)
{
    const char *argument = next_argument(process, process->arguments);
    while (argument != NULL && runners_argument(argument) == RUNNERS_OPTION)
        argument = next_argument(process, argument);
    return argument != NULL && runners_argument(argument) == RUNNERS_SCRIPT ? argument : NULL;
}

/* As the process itself would find it: from its working directory, below its root. */
static int open_script(int directory, const char *argument)
{
    char path[PROCESS_PATH_SIZE];
    struct text text;
    text_start(&text, path, sizeof(path));
    text_add(&text, argument[0] == '/' ? "root" : "cwd/");
    text_add(&text, argument);
    return text.truncated ? -ENAMETOOLONG : files_open(directory, path, O_PATH);
}

static void read_script(int directory, struct process *process)
{
    const char *argument = find_script_argument(process);
    int script = argument == NULL ? NO_DESCRIPTOR : open_script(directory, argument);
    if (script < 0)
        return;
    char link[NAME_SIZE];
    struct file file;
    unsigned mode = 0;
    files_name_number(link, "/proc/self/fd/", (uint64_t)script, "");
    if (!files_identify(script, "", AT_EMPTY_PATH, &file, &mode, NULL) || !S_ISREG(mode) ||
        files_read_link(AT_FDCWD, link, process->script, sizeof(process->script)) <= 0)
        process->script[0] = '\0';
    files_close(script);
}

static void start_arguments(struct process *process)
{
    process->arguments_length = 0;
    process->arguments_hash = TEXT_HASH_START;
    process->script[0] = '\0';
}

static void finish_arguments(int directory, struct process *process)
{
    if (process->arguments_length == 0)
        return;
    process->arguments[process->arguments_length] = '\0';
    process->known |= KNOWN_ARGUMENTS;
    read_script(directory, process);
}

static void read_arguments(int directory, struct process *process)
{
    struct arguments arguments = {.process = process};
    start_arguments(process);
    if (files_stream(directory, "cmdline", MOST_ARGUMENT_BYTES, take_arguments, &arguments))
        finish_arguments(directory, process);
}

struct variable_search {
    const char *name; /* with its "=" */
    size_t name_length;
    bool found;
    size_t matched; /* bytes of the variable's name, or beyond it when its value is being read */
    bool lost;      /* this entry is another variable */
    struct text value;
};

static void take_environment(void *context, const char *bytes, size_t length)
{
    struct variable_search *search = context;
    for (size_t index = 0; index < length; index++) {
        if (bytes[index] == '\0') {
            search->matched = 0;
            search->lost = false;
        } else if (search->lost) {
            continue;
        } else if (search->matched == search->name_length) {
            text_add_bytes(&search->value, &bytes[index], 1);
        } else if (bytes[index] == search->name[search->matched]) {
            search->matched++;
            search->found |= search->matched == search->name_length;
        } else {
            search->lost = true;
        }
    }
}

/* The environment that it was started with; what it set later is not there. */
static bool read_variable(int directory, struct variable_search *search, char *value, size_t size)
{
    search->name_length = strlen(search->name);
    text_start(&search->value, value, size);
    return files_stream(directory, "environ", MOST_ENVIRONMENT_BYTES, take_environment, search) &&
           !search->value.truncated;
}

bool processes_read_variable(int directory, const char *name, char *value, size_t size)
{
    struct variable_search search = {.name = name};
    return read_variable(directory, &search, value, size) && search.found;
}

static void read_label(int directory, struct process *process)
{
    struct variable_search search = {.name = "PORTCLAIM_SERVICE="};
    if (read_variable(directory, &search, process->label, sizeof(process->label)))
        process->known |= KNOWN_LABEL;
}

/* ---- the whole ---- */

struct thread_search {
    int task;          /* /proc/PID/task */
    int living_thread; /* /proc/PID/task/TID, O_PATH */
};

static bool visit_thread(void *context, const char *name)
{
    struct thread_search *search = context;
    struct proc_stat stat;
    if (name[0] == '.')
        return true;
    int thread = files_open(search->task, name, O_PATH | O_DIRECTORY);
    if (thread >= 0 && proc_stat_read(thread, "stat", &stat) && !proc_stat_is_over(&stat)) {
        search->living_thread = thread;
        return false;
    }
    files_close(thread);
    return true;
}

/*
 * A leader that called pthread_exit() is a zombie with nothing to read, while its threads serve on;
 * theirs is the same program.
 */
static int open_living_thread(int directory)
{
    struct thread_search search = {.living_thread = NO_DESCRIPTOR};
    search.task = files_open_directory(directory, "task");
    if (search.task >= 0)
        files_list(search.task, visit_thread, &search);
    files_close(search.task);
    return search.living_thread;
}

static void read_program(int directory, bool label_wanted, struct process *process)
{
    if (read_linked_file(directory, "exe", &process->executable))
        process->known |= KNOWN_EXECUTABLE;
    if (read_linked_file(directory, "cwd", &process->directory))
        process->known |= KNOWN_DIRECTORY;
    read_arguments(directory, process);
    if (label_wanted)
        read_label(directory, process);
}

static void read_living_thread(int directory, bool label_wanted, struct process *process)
{
    struct proc_stat stat;
    int thread = open_living_thread(directory);
    if (thread >= 0)
        read_program(thread, label_wanted, process);
    else
        process->ending = proc_stat_read(directory, "stat", &stat) && proc_stat_is_over(&stat);
    files_close(thread);
}

bool processes_read(int32_t pid, bool label_wanted, struct process *process)
{
    const uint32_t program = KNOWN_EXECUTABLE | KNOWN_ARGUMENTS;
    int directory = files_open_process(pid);
    observation_clear_process(process, pid);
    if (directory < 0)
        return false;
    read_start(directory, process);
    read_user(directory, process);
    if (cgroup_read(directory, process->cgroup))
        process->known |= KNOWN_CGROUP;
    read_program(directory, label_wanted, process);
    if ((process->known & program) != program)
        read_living_thread(directory, label_wanted, process);
    files_close(directory);
    lineage_read(process);
    return true;
}

void processes_imagine(const char *executable, const char *bytes, size_t length,
                       struct process *process)
{
    struct arguments arguments = {.process = process};
    int directory = files_open_process(process->pid);
    unsigned mode = 0;
    process->known &= ~(uint32_t)(KNOWN_EXECUTABLE | KNOWN_ARGUMENTS);
    text_copy(process->name, COMM_SIZE, text_base_name(executable));
    if (text_copy(process->executable.path, sizeof(process->executable.path), executable) &&
        files_identify(AT_FDCWD, executable, 0, &process->executable, &mode, NULL))
        process->known |= KNOWN_EXECUTABLE;
    start_arguments(process);
    take_arguments(&arguments, bytes, length);
    finish_arguments(directory, process);
    files_close(directory);
}

bool processes_named(const char *list, const struct process *process)
{
    const char *names[] = {process->name, text_base_name(process->executable.path),
                           text_base_name(process->script)};
    return settings_list_matches(list, names, sizeof(names) / sizeof(names[0]));
}

bool processes_are_visible(void)
{
    char link[NAME_SIZE];
    char own[NAME_SIZE];
    files_name_number(own, "", (uint64_t)SYSTEM(getpid), "");
    return files_read_link(AT_FDCWD, "/proc/self", link, sizeof(link)) > 0 && text_equal(link, own);
}

bool processes_refresh_self(struct process *self)
{
    bool read_before = (self->known & KNOWN_START) != 0;
    if (self->pid == 0)
        self->pid = (int32_t)SYSTEM(getpid);
    if (!read_before && (!processes_are_visible() || !processes_read(self->pid, false, self))) {
        observation_clear_process(self, self->pid);
        return false;
    }
    if (read_before)
        lineage_read(self);
    lineage_count_unit(self);
    return true;
}
