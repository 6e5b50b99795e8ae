/*
 * snapshot: every process at one moment, also those that nobody may open.
 */
#ifndef PORTCLAIM_WINDOWS_SNAPSHOT_H
#define PORTCLAIM_WINDOWS_SNAPSHOT_H

#include "core/holder.h"
#include "native.h"

struct snapshot {
    struct native_list list;
};

struct snapshot_entry {
    int32_t pid;
    int32_t parent;      /* who started it; may have ended, and its PID be another's by now */
    uint32_t session;    /* of Terminal Services; services live in 0 */
    uint64_t created;    /* as a FILETIME */
    const wchar_t *name; /* the image's base name, name_length units, in the snapshot's memory */
    size_t name_length;
};

/* False when the kernel does not tell. Else the caller frees it. */
bool snapshot_take(struct snapshot *snapshot);
void snapshot_free(struct snapshot *snapshot);

/* One after the other: *cursor is 0 at the start. False behind the last. */
bool snapshot_next(const struct snapshot *snapshot, size_t *cursor, struct snapshot_entry *entry);

bool snapshot_find(const struct snapshot *snapshot, int32_t pid, struct snapshot_entry *entry);

/* Its name in UTF-8, cut where it is too long. */
void snapshot_copy_name(const struct snapshot_entry *entry, char name[PROCESS_NAME_SIZE]);

/* The parent, if it still lives: a PID that was given to a process younger than the child is not
 * it. */
bool snapshot_find_parent(const struct snapshot *snapshot, const struct snapshot_entry *child,
                          struct snapshot_entry *parent);

/*
 * Does it descend from `pid`, which may have ended? Between two that have, nothing tells.
 */
bool snapshot_descends(const struct snapshot *snapshot, const struct snapshot_entry *entry,
                       int32_t pid);

/* The same image name; case does not matter. */
bool snapshot_same_name(const struct snapshot_entry *left, const struct snapshot_entry *right);
bool snapshot_has_name(const struct snapshot_entry *entry, const wchar_t *name);

#endif
