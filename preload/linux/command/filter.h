/*
 * filter: the seccomp filter that lets bind and listen of every ABI through to a supervisor, and
 * all other calls to the kernel as if it were not there.
 */
#ifndef PORTCLAIM_FILTER_H
#define PORTCLAIM_FILTER_H

/*
 * Installs it for the calling thread and what it executes and forks. Returns the listener, which is
 * O_CLOEXEC, or -errno: -EBUSY when another supervisor listens to this process already, for there
 * can be one only.
 *
 * With CAP_SYS_ADMIN in its user namespace the process stays as it is; without, the kernel asks for
 * no_new_privs (PR_SET_NO_NEW_PRIVS), with which set-user-ID programs and file capabilities give
 * nothing from here on.
 */
int filter_install(void);

#endif
