#include "processes.h"

#include "arguments.h"
#include "block.h"
#include "clock.h"
#include "core/observation.h"
#include "lineage.h"
#include "memory.h"
#include "named_file.h"
#include "wide.h"

#include <string.h>

enum { SID_SIZE = 68 /* SECURITY_MAX_SID_SIZE */ };

/* ---- what the snapshot says ---- */

static void read_start(const struct snapshot_entry *entry, struct process *process)
{
    FILETIME created = {
        .dwLowDateTime = (DWORD)entry->created,
        .dwHighDateTime = (DWORD)(entry->created >> 32),
    };
    snapshot_copy_name(entry, process->name);
    process->parent = entry->parent;
    process->process_group = entry->parent == 0 ? entry->pid : (int32_t)entry->session;
    process->start_ms = clock_from_file_time(&created);
    process->known |= KNOWN_START;
}

/* The PID may have been given to another process between the snapshot and the opening. */
static bool is_of(const struct snapshot_entry *entry, HANDLE handle)
{
    FILETIME created;
    FILETIME not_needed[3];
    return GetProcessTimes(handle, &created, &not_needed[0], &not_needed[1], &not_needed[2]) &&
           entry->created ==
               ((uint64_t)created.dwHighDateTime << 32 | (uint64_t)created.dwLowDateTime);
}

/* ---- who may be stopped at all ---- */

/* The service control manager starts services itself; who is stopped behind its back comes again.
 */
static bool is_service(const struct snapshot *snapshot, const struct snapshot_entry *entry)
{
    static const wchar_t manager[] = L"services.exe";
    struct snapshot_entry parent;
    return snapshot_has_name(entry, manager) ||
           (snapshot_find_parent(snapshot, entry, &parent) && snapshot_has_name(&parent, manager));
}

/* A class that is not supported here (Wine, before Windows 8.1) says nothing. */
static bool is_essential(HANDLE handle)
{
    uint32_t critical = 0;
    uint8_t protection = 0;
    (void)native_query_process(handle, NATIVE_PROCESS_CRITICAL, &critical, sizeof(critical), NULL);
    (void)native_query_process(handle, NATIVE_PROCESS_PROTECTION, &protection, sizeof(protection),
                               NULL);
    return critical != 0 || protection != 0;
}

/* ---- what the handle says ---- */

static void read_user(HANDLE handle, struct process *process)
{
    char sid[SID_SIZE];
    size_t length = native_read_user(handle, sid, sizeof(sid));
    if (length == 0)
        return;
    uint64_t hash = text_hash(TEXT_HASH_START, sid, length);
    process->user = (uint32_t)(hash ^ hash >> 32);
    if (process->user == 0)
        process->user = 1;
    process->known |= KNOWN_USER;
}

struct scratch {
    wchar_t path[NAMED_FILE_UNITS];
    struct block block;
    struct arguments_scratch arguments;
};

static void read_executable(HANDLE handle, struct scratch *scratch, struct process *process)
{
    DWORD length = NAMED_FILE_UNITS;
    if (QueryFullProcessImageNameW(handle, 0, scratch->path, &length) &&
        named_file_read(scratch->path, NAMED_FILE_ANY, &process->executable))
        process->known |= KNOWN_EXECUTABLE;
}

static void read_directory(struct scratch *scratch, struct process *process)
{
    if (block_read_directory(&scratch->block, scratch->path, NAMED_FILE_UNITS) &&
        named_file_read(scratch->path, NAMED_FILE_ANY, &process->directory))
        process->known |= KNOWN_DIRECTORY;
}

/* The command line is in the scratch. Into `path`: where the process itself would look for it. */
static void understand_arguments(struct scratch *scratch, struct process *process)
{
    if (!arguments_read(&scratch->arguments, process))
        return;
    process->known |= KNOWN_ARGUMENTS;
    if (scratch->arguments.script[0] == L'\0' ||
        !block_read_directory(&scratch->block, scratch->path, NAMED_FILE_UNITS) ||
        !named_file_resolve(scratch->path, NAMED_FILE_UNITS, scratch->arguments.script))
        return;
    struct file *file = &scratch->arguments.file;
    if (named_file_read(scratch->path, NAMED_FILE_REGULAR, file))
        (void)text_copy(process->script, sizeof(process->script), file->path);
}

static void read_arguments(struct scratch *scratch, struct process *process)
{
    if (block_read_command_line(&scratch->block, scratch->arguments.line, ARGUMENTS_UNITS))
        understand_arguments(scratch, process);
}

static void read_label(struct scratch *scratch, struct process *process)
{
    if (block_read_variable(&scratch->block, L"PORTCLAIM_SERVICE", scratch->path,
                            NAMED_FILE_UNITS) &&
        wide_to_text(scratch->path, process->label, sizeof(process->label)))
        process->known |= KNOWN_LABEL;
    else
        process->label[0] = '\0';
}

static void read_program(HANDLE handle, bool label_wanted, struct process *process)
{
    struct scratch *scratch = memory_map(sizeof(*scratch));
    if (scratch == NULL)
        return;
    read_executable(handle, scratch, process);
    block_open(&scratch->block, handle);
    read_directory(scratch, process);
    read_arguments(scratch, process);
    if (label_wanted)
        read_label(scratch, process);
    memory_unmap(scratch, sizeof(*scratch));
}

/* ---- the whole ---- */

bool processes_read_from(const struct snapshot *snapshot, int32_t pid, HANDLE handle,
                         bool label_wanted, struct process *process)
{
    struct snapshot_entry entry;
    bool self = pid == (int32_t)GetCurrentProcessId();
    observation_clear_process(process, pid);
    if (!snapshot_find(snapshot, pid, &entry) || (handle != NULL && !is_of(&entry, handle)))
        return false;
    read_start(&entry, process);
    lineage_read(snapshot, process);
    if (handle == NULL)
        return true;
    process->essential = !self && (is_service(snapshot, &entry) || is_essential(handle));
    read_user(handle, process);
    read_program(handle, label_wanted, process);
    return true;
}

bool processes_read(int32_t pid, HANDLE handle, bool label_wanted, struct process *process)
{
    struct snapshot snapshot;
    if (!snapshot_take(&snapshot)) {
        observation_clear_process(process, pid);
        return false;
    }
    bool read = processes_read_from(&snapshot, pid, handle, label_wanted, process);
    snapshot_free(&snapshot);
    return read;
}

bool processes_refresh_self(const struct snapshot *snapshot, struct process *self)
{
    const uint32_t lasting =
        KNOWN_START | KNOWN_USER | KNOWN_EXECUTABLE | KNOWN_ARGUMENTS | KNOWN_DIRECTORY;
    int32_t pid = (int32_t)GetCurrentProcessId();
    if (self->pid == pid && (self->known & lasting) == lasting) {
        lineage_read(snapshot, self);
        return true;
    }
    return processes_read_from(snapshot, pid, GetCurrentProcess(), false, self);
}

void processes_imagine(const wchar_t *program, const wchar_t *line, struct process *process)
{
    struct scratch *scratch = memory_map(sizeof(*scratch));
    process->known &= ~(uint32_t)(KNOWN_EXECUTABLE | KNOWN_ARGUMENTS);
    process->arguments_length = 0;
    process->script[0] = '\0';
    if (scratch == NULL)
        return;
    if (named_file_read(program, NAMED_FILE_REGULAR, &process->executable))
        process->known |= KNOWN_EXECUTABLE;
    (void)text_copy(process->name, sizeof(process->name), text_base_name(process->executable.path));
    if (wcslen(line) < ARGUMENTS_UNITS) {
        wcscpy(scratch->arguments.line, line);
        block_open(&scratch->block, GetCurrentProcess());
        understand_arguments(scratch, process);
    }
    memory_unmap(scratch, sizeof(*scratch));
}
