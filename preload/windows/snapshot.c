#include "snapshot.h"

#include "wide.h"

#include <stdint.h>
#include <string.h>

enum { MOST_GENERATIONS = 128 };

/* SYSTEM_PROCESS_INFORMATION of 64-bit Windows, as far as it is needed. */
struct listed_process {
    uint32_t next_offset; /* 0: the last */
    uint32_t thread_count;
    uint8_t not_needed[24];
    uint64_t created;
    uint64_t times[2];
    struct native_string name;
    int32_t priority;
    uint64_t pid;
    uint64_t parent;
    uint32_t handle_count;
    uint32_t session;
};

_Static_assert(offsetof(struct listed_process, created) == 32, "SYSTEM_PROCESS_INFORMATION");
_Static_assert(offsetof(struct listed_process, session) == 100, "SYSTEM_PROCESS_INFORMATION");

bool snapshot_take(struct snapshot *snapshot)
{
    return native_list(NATIVE_PROCESSES, &snapshot->list);
}

void snapshot_free(struct snapshot *snapshot)
{
    native_list_free(&snapshot->list);
}

bool snapshot_next(const struct snapshot *snapshot, size_t *cursor, struct snapshot_entry *entry)
{
    if (*cursor + sizeof(struct listed_process) > snapshot->list.size)
        return false;
    const void *place = (const char *)snapshot->list.memory + *cursor;
    const struct listed_process *listed = place;
    *entry = (struct snapshot_entry){
        .pid = (int32_t)listed->pid,
        .parent = (int32_t)listed->parent,
        .session = listed->session,
        .created = listed->created,
        .name = listed->name.units == NULL ? L"" : listed->name.units,
        .name_length = listed->name.units == NULL ? 0 : listed->name.bytes / sizeof(wchar_t),
    };
    *cursor = listed->next_offset == 0 ? snapshot->list.size : *cursor + listed->next_offset;
    return true;
}

bool snapshot_find(const struct snapshot *snapshot, int32_t pid, struct snapshot_entry *entry)
{
    size_t cursor = 0;
    while (snapshot_next(snapshot, &cursor, entry)) {
        if (entry->pid == pid)
            return true;
    }
    return false;
}

void snapshot_copy_name(const struct snapshot_entry *entry, char name[PROCESS_NAME_SIZE])
{
    wchar_t wide[PROCESS_NAME_SIZE] = {0};
    size_t length = entry->name_length;
    if (length >= PROCESS_NAME_SIZE)
        length = PROCESS_NAME_SIZE - 1;
    memcpy(wide, entry->name, length * sizeof(*wide));
    (void)wide_to_text(wide, name, PROCESS_NAME_SIZE);
}

bool snapshot_find_parent(const struct snapshot *snapshot, const struct snapshot_entry *child,
                          struct snapshot_entry *parent)
{
    return child->parent != 0 && child->parent != child->pid &&
           snapshot_find(snapshot, child->parent, parent) && parent->created <= child->created;
}

bool snapshot_descends(const struct snapshot *snapshot, const struct snapshot_entry *entry,
                       int32_t pid)
{
    struct snapshot_entry child = *entry;
    struct snapshot_entry parent;
    for (int depth = 0; depth < MOST_GENERATIONS; depth++) {
        if (child.parent == pid)
            return true;
        if (!snapshot_find_parent(snapshot, &child, &parent))
            return false;
        child = parent;
    }
    return false;
}

static bool same_name(const wchar_t *left, size_t left_length, const wchar_t *right,
                      size_t right_length)
{
    return left_length == right_length &&
           CompareStringOrdinal(left, (int)left_length, right, (int)right_length, TRUE) ==
               CSTR_EQUAL;
}

bool snapshot_same_name(const struct snapshot_entry *left, const struct snapshot_entry *right)
{
    return left->name_length > 0 &&
           same_name(left->name, left->name_length, right->name, right->name_length);
}

bool snapshot_has_name(const struct snapshot_entry *entry, const wchar_t *name)
{
    return same_name(entry->name, entry->name_length, name, wcslen(name));
}
