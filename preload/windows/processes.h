/*
 * processes: identity and lineage of a process. Everything but name, parent, session and creation
 * is read through the handle, so it is of one process.
 *
 * Windows has no process groups: siblings are those that one parent started in one session, so
 * process_group is the session, or for a process without a parent a number of its own. It has no
 * units either: cgroup is empty. Paths have slashes, as the core wants them. The user is a hash of
 * the SID, never 0.
 */
#ifndef PORTCLAIM_WINDOWS_PROCESSES_H
#define PORTCLAIM_WINDOWS_PROCESSES_H

#include "core/holder.h"
#include "snapshot.h"

/*
 * Fills in what can be read of `pid`; process->known says what that is. `handle`: signals_open() of
 * it, or NULL when it could not be opened. `label_wanted`: read the environment as well, for
 * PORTCLAIM_SERVICE; as it is now, for Windows keeps no other. Returns false when there is no such
 * process, or the PID is another's by now.
 *
 * Essential are a service, a protected and a critical process.
 */
bool processes_read(int32_t pid, HANDLE handle, bool label_wanted, struct process *process);

/* The same, for a caller that has a snapshot. */
bool processes_read_from(const struct snapshot *snapshot, int32_t pid, HANDLE handle,
                         bool label_wanted, struct process *process);

/*
 * As processes_read_from() of the calling process. When *self was read before, and in full, only
 * its lineage is read again: nothing else of it changes while it is in bind().
 */
bool processes_refresh_self(const struct snapshot *snapshot, struct process *self);

/*
 * Makes of *process, which is the caller's own, what it would be had it been started from the file
 * `program` (a full path) with this command line.
 */
void processes_imagine(const wchar_t *program, const wchar_t *line, struct process *process);

#endif
