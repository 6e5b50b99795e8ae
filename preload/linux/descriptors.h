/*
 * descriptors: which sockets a process has open, by /proc/PID/fd and /proc/PID/task/TID/fd.
 */
#ifndef PORTCLAIM_DESCRIPTORS_H
#define PORTCLAIM_DESCRIPTORS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Calls `visit` with the inode of every socket among the descriptors of `pid`, until it returns
 * false or the clock says deadline_ms; what was visited by then may not be all. A thread-group
 * leader that is a zombie has none to show while its living threads have them all: then those are
 * read. `every_thread`: they are read in any case, for threads can have descriptors of their own
 * (unshare(2), CLONE_FILES).
 */
void descriptors_list(int32_t pid, bool every_thread, uint64_t deadline_ms,
                      bool (*visit)(void *context, uint64_t inode), void *context);

#endif
