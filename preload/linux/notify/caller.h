/*
 * caller: the thread that waits in a call, as the supervisor reaches it.
 */
#ifndef PORTCLAIM_NOTIFY_CALLER_H
#define PORTCLAIM_NOTIFY_CALLER_H

#include "likeness.h"

#include <stddef.h>

struct caller {
    int32_t thread;
    int32_t process; /* its thread group */
    int directory;   /* /proc/TID */
    int handle;      /* pidfd; of the leader when the kernel has none for threads, before 6.9 */
    struct likeness likeness;
};

/*
 * Opens it. All of it belongs to that thread and not to the next of the same number only if its
 * notification is still valid afterwards. False when it cannot be seen, which leaves nothing open.
 */
bool caller_open(int32_t thread, struct caller *caller);
void caller_close(struct caller *caller);

/* Copies `size` bytes of its memory. False when there are not as many, or it may not be read. */
bool caller_read(const struct caller *caller, uint64_t address, void *bytes, size_t size);

/*
 * A duplicate of one of its descriptors (pidfd_getfd(2), Linux 5.6), O_CLOEXEC; or -errno. -EPERM
 * where it may not be traced: another user's, one that is not dumpable, or Yama (ptrace(2)).
 */
int caller_duplicate(const struct caller *caller, int descriptor);

#endif
