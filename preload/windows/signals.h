/*
 * signals: process handles. A process is opened before anything of it is read, and asked, ended and
 * waited for through that handle only. While a handle is open the PID is not given to another
 * process (https://devblogs.microsoft.com/oldnewthing/20110107-00/?p=11803).
 */
#ifndef PORTCLAIM_WINDOWS_SIGNALS_H
#define PORTCLAIM_WINDOWS_SIGNALS_H

#include "core/host.h"
#include "system.h"

/*
 * A process handle, not inherited, with as many of the rights below as are given; HANDLE_NONE when
 * there are none, and always for PIDs 0 and 4, the system's own. SeDebugPrivilege is never enabled.
 */
int64_t signals_open(int32_t pid);

void signals_close(int64_t handle);

/* For the other modules; NULL for HANDLE_NONE. */
HANDLE signals_process(int64_t handle);

/* Has it not ended yet? False for HANDLE_NONE. */
bool signals_is_alive(int64_t handle);

/*
 * Asks it to end, by its windows or by Ctrl-Break (asking.h); *name becomes what it was sent.
 * DELIVERY_UNASKABLE when it takes neither.
 */
enum delivery signals_ask(int64_t handle, const char **name);

/* TerminateProcess, which returns before the process is gone. */
enum delivery signals_force(int64_t handle);

/* As host.wait. */
void signals_wait(const int64_t *handles, bool *ended, uint32_t count, uint64_t milliseconds);

/* "CTRL_BREAK or WM_CLOSE", "TerminateProcess". Static memory. */
const char *signals_name(enum stop how);

#endif
