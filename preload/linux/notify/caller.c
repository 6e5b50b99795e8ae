#include "caller.h"

#include "linux/files.h"
#include "linux/system.h"

#include <errno.h>
#include <linux/kcmp.h>

/* Newer than the headers of old distributions; the same numbers on every architecture. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* linux/pidfd.h, Linux 6.9 */
#endif

/* Threads can have descriptors of their own (unshare(2), CLONE_FILES): then the leader's are not
 * these, and the thread is out of reach. */
static int open_leader(const struct caller *caller)
{
    if (caller->process != caller->thread &&
        SYSTEM(kcmp, caller->process, caller->thread, KCMP_FILES) != 0)
        return -ESRCH;
    return (int)SYSTEM(pidfd_open, caller->process, 0);
}

bool caller_open(int32_t thread, struct caller *caller)
{
    caller->thread = thread;
    caller->directory = files_open_process(thread);
    caller->handle = NO_DESCRIPTOR;
    if (caller->directory < 0)
        return false;
    if (likeness_read(caller->directory, &caller->likeness, &caller->process)) {
        caller->handle = (int)SYSTEM(pidfd_open, thread, PIDFD_THREAD);
        if (caller->handle == -EINVAL)
            caller->handle = open_leader(caller);
    }
    if (caller->handle >= 0)
        return true;
    caller_close(caller);
    return false;
}

void caller_close(struct caller *caller)
{
    files_close(caller->directory);
    files_close(caller->handle);
}

bool caller_read(const struct caller *caller, uint64_t address, void *bytes, size_t size)
{
    int memory = files_open(caller->directory, "mem", O_RDONLY);
    bool read = memory >= 0 && SYSTEM(pread64, memory, bytes, size, address) == (long)size;
    files_close(memory);
    return read;
}

int caller_duplicate(const struct caller *caller, int descriptor)
{
    return (int)SYSTEM(pidfd_getfd, caller->handle, descriptor, 0);
}
