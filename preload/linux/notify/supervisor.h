/*
 * supervisor: the processes that answer for a program whose bind() and listen() come as
 * notifications (seccomp_unotify(2)).
 *
 *     receiver   takes every notification, and makes the calls that nothing stands in the way of
 *     worker     one for each claim, so that no call waits for another's; and for each call of a
 *                process with other rights, which it takes on
 *     guard      waits for the receiver's end, and is the receiver then
 *
 * Without a listener the kernel answers ENOSYS, and a notification that was received and not
 * answered stays unanswered for ever (both seen on 6.18). So the guard holds the listener as well,
 * and notifications are received into memory that both share: whoever ends in the midst of one
 * leaves it to the next, who begins with it anew. Only both at once can be killed to an effect:
 * then bind() and listen() fail with ENOSYS.
 *
 * All of them end when the last process under the filter has (POLLHUP, Linux 5.9); no signal but
 * SIGKILL and SIGSTOP reaches them, so that those for a unit, a terminal or a process group do not
 * end them before the program.
 */
#ifndef PORTCLAIM_NOTIFY_SUPERVISOR_H
#define PORTCLAIM_NOTIFY_SUPERVISOR_H

#include "core/settings.h"

/* Can notifications be received here? Asked before a filter is installed. */
bool supervisor_is_possible(void);

/*
 * Called in a child, which becomes the receiver. `channel` is a socket of the program's side, over
 * which one message brings the listener (SCM_RIGHTS); a byte says in return that the supervisor is
 * ready. Never returns.
 */
_Noreturn void supervisor_run(int channel, const struct settings *settings);

#endif
