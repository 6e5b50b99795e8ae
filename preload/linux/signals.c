#include "signals.h"

#include "files.h"
#include "proc_stat.h"
#include "system.h"

#include <errno.h>
#include <linux/ioctl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

/* Newer than the headers of old distributions; the same numbers on every architecture. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* linux/pidfd.h, Linux 6.13: struct pidfd_info as far as the parent. */
struct pidfd_parent_info {
    uint64_t mask;
    uint64_t cgroup_id;
    uint32_t pid;
    uint32_t thread_group;
    uint32_t parent;
    uint32_t users_and_groups[8];
    uint32_t exit_code;
};
#define PIDFD_GET_PARENT_INFO _IOWR(0xFF, 11, struct pidfd_parent_info)
enum { PIDFD_INFO_HAS_PID = 1, FDINFO_SIZE = 256 };

int64_t signals_open(int32_t pid)
{
    long handle = SYSTEM(pidfd_open, pid, 0);
    return handle < 0 ? HANDLE_NONE : handle;
}

void signals_close(int64_t handle)
{
    if (handle != HANDLE_NONE)
        (void)SYSTEM(close, handle);
}

bool signals_same_process(int64_t handle)
{
    return handle != HANDLE_NONE && SYSTEM(pidfd_send_signal, handle, 0, 0, 0) != -ESRCH;
}

enum delivery signals_send(int64_t handle, int signal)
{
    if (handle == HANDLE_NONE)
        return DELIVERY_FAILED;
    switch (SYSTEM(pidfd_send_signal, handle, signal, 0, 0)) {
    case 0:
        return DELIVERY_SENT;
    case -ESRCH:
        return DELIVERY_GONE;
    case -EPERM:
        return DELIVERY_DENIED;
    default:
        return DELIVERY_FAILED;
    }
}

/* "Pid:" of the descriptor's fdinfo; -1 once it was reaped. */
static int32_t pid_of(int64_t handle)
{
    static const char label[] = "\nPid:\t";
    char path[NAME_SIZE];
    char information[FDINFO_SIZE];
    uint64_t pid = 0;
    files_name_number(path, "/proc/self/fdinfo/", (uint64_t)handle, "");
    if (files_read(AT_FDCWD, path, information, sizeof(information)) <= 0)
        return -1;
    const char *field = strstr(information, label);
    if (field == NULL)
        return -1;
    field += sizeof(label) - 1;
    return text_read_number(&field, INT32_MAX, &pid) ? (int32_t)pid : -1;
}

void signals_wake(int64_t handle)
{
    struct proc_stat stat;
    int32_t pid = pid_of(handle);
    if (pid > 0 && proc_stat_read_pid(pid, &stat) && proc_stat_is_stopped(&stat))
        (void)signals_send(handle, SIGCONT);
}

enum { WAIT_AT_ONCE = 2 * OBSERVATION_HOLDERS };

void signals_wait(const int64_t *handles, bool *ended, uint32_t count, uint64_t milliseconds)
{
    struct pollfd polled[WAIT_AT_ONCE];
    struct system_time time_out = {
        .seconds = (unsigned long)(milliseconds / 1000),
        .nanoseconds = (long)(milliseconds % 1000) * 1000000,
    };
    if (count > WAIT_AT_ONCE)
        count = WAIT_AT_ONCE;
    for (uint32_t index = 0; index < count; index++) {
        int descriptor = ended[index] ? -1 : (int)handles[index]; /* poll(2) passes over -1 */
        polled[index] = (struct pollfd){.fd = descriptor, .events = POLLIN};
    }
    if (SYSTEM(ppoll, polled, count, &time_out, 0, 0) <= 0)
        return;
    for (uint32_t index = 0; index < count; index++)
        ended[index] |= (polled[index].revents & POLLIN) != 0;
}

int32_t signals_parent(int32_t pid)
{
    struct pidfd_parent_info info = {.mask = PIDFD_INFO_HAS_PID};
    int64_t handle = signals_open(pid);
    if (handle == HANDLE_NONE)
        return -1;
    long result = SYSTEM(ioctl, handle, PIDFD_GET_PARENT_INFO, &info);
    signals_close(handle);
    return result < 0 || (info.mask & PIDFD_INFO_HAS_PID) == 0 ? -1 : (int32_t)info.parent;
}

const char *signals_name(int signal)
{
    static const char *const names[] = {
        [SIGHUP] = "SIGHUP",   [SIGINT] = "SIGINT",   [SIGQUIT] = "SIGQUIT", [SIGKILL] = "SIGKILL",
        [SIGUSR1] = "SIGUSR1", [SIGUSR2] = "SIGUSR2", [SIGTERM] = "SIGTERM",
    };
    bool named = signal > 0 && signal < (int)(sizeof(names) / sizeof(names[0]));
    return named && names[signal] != NULL ? names[signal] : "the signal of PORTCLAIM_SIGNAL";
}
