/*
 * processes: identity and lineage of a process, from /proc and pidfds. proc(5) is the source
 * unless something else is named.
 */
#ifndef PORTCLAIM_PROCESSES_H
#define PORTCLAIM_PROCESSES_H

#include "core/holder.h"

/*
 * Fills in what can be read of `pid`; process->known says what that is. `label_wanted`: read the
 * initial environment as well, for PORTCLAIM_SERVICE. Returns false when there is no such process
 * to be seen.
 */
bool processes_read(int32_t pid, bool label_wanted, struct process *process);

/*
 * Makes of *process, which is the caller's own, what it would be after execve(2) of `executable`
 * (links resolved), with `arguments`: NUL-ended strings one behind the other, `length` bytes.
 */
void processes_imagine(const char *executable, const char *arguments, size_t length,
                       struct process *process);

/*
 * As processes_read of self->pid, the process that claims (0: the calling one), with
 * ancestors_in_unit counted. When *self was read before, only its lineage is read again: nothing
 * else of it changes while it is in bind(). False when it cannot be seen, or /proc is not the
 * calling process's.
 */
bool processes_refresh_self(struct process *self);

/*
 * Does /proc show the calling process under its own PID? It does not where it is missing, or
 * belongs to another PID namespace than ours: its numbers then mean nothing to us.
 */
bool processes_are_visible(void);

/* Does any glob of the list match its name, its executable's base name or its script's? */
bool processes_named(const char *list, const struct process *process);

/*
 * Copies the value of the variable ("NAME=") in the environment that it was started with, or wrote
 * there since; `directory` is its /proc/PID. False when it has none, or that does not fit.
 */
bool processes_read_variable(int directory, const char *name, char *value, size_t size);

#endif
