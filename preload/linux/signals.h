/*
 * signals: pidfds. A process is opened before anything of it is read, and signalled and waited for
 * through that descriptor only, so a recycled PID is never reached (pidfd_open(2), Linux 5.3).
 */
#ifndef PORTCLAIM_SIGNALS_H
#define PORTCLAIM_SIGNALS_H

#include "core/host.h"

/* A pidfd, O_CLOEXEC; HANDLE_NONE when there is no such process, or no pidfds here. */
int64_t signals_open(int32_t pid);

void signals_close(int64_t handle);

/* Has it not been reaped yet? Then its PID cannot have been given to another process. */
bool signals_same_process(int64_t handle);

enum delivery signals_send(int64_t handle, int signal);

/* Sends SIGCONT if the process is stopped, so that it takes the signal it was sent. */
void signals_wake(int64_t handle);

/* As host.wait. */
void signals_wait(const int64_t *handles, bool *ended, uint32_t count, uint64_t milliseconds);

/*
 * The parent of a process that /proc does not show: PIDFD_GET_INFO (Linux 6.13). 0 when it has
 * none in our PID namespace; negative when it cannot be told.
 */
int32_t signals_parent(int32_t pid);

/* "SIGTERM"; "signal 40" for one without a name. Static memory. */
const char *signals_name(int signal);

#endif
