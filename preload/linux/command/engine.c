#include "engine.h"

#include "command/command.h"
#include "filter.h"
#include "imagine_program.h"
#include "linux/files.h"
#include "linux/notify/handover.h"
#include "linux/notify/supervisor.h"
#include "linux/processes.h"
#include "linux/system.h"
#include "own_claim_as.h"
#include "yama.h"

#include <err.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438 /* on every architecture */
#endif

/* ---- the claim before main() ---- */

static void claim_entry(const struct settings *settings, const struct process *self,
                        const char *entry)
{
    struct endpoint endpoint;
    const char *error;
    if (!endpoint_parse(entry, &endpoint, &error))
        return; /* settings_read() has refused it already */
    struct own_claim *own_claim = own_claim_open(settings, &endpoint);
    own_claim_as(own_claim, self);
    if (own_claim_try(own_claim) == OWN_CLAIM_HELD && settings_allow_endpoint(settings, &endpoint))
        (void)own_claim_run(own_claim);
    own_claim_close(own_claim);
}

void engine_claim(const struct settings *settings, const struct program *program)
{
    char entry[SETTINGS_LIST_SIZE];
    const char *cursor = settings->claim;
    struct process *self = calloc(1, sizeof(*self));
    if (self == NULL)
        err(EXIT_REFUSED, "portclaim run");
    (void)processes_refresh_self(self);
    imagine_program(program, self);
    if (settings->only[0] == '\0' || processes_named(settings->only, self)) {
        while (settings_next_entry(&cursor, entry, sizeof(entry)))
            claim_entry(settings, self, entry);
    }
    free(self);
    (void)unsetenv("PORTCLAIM_CLAIM");
}

/* ---- the supervisor ---- */

static const char *why_not_installed(int error)
{
    switch (error) {
    case EBUSY:
        return "another supervisor answers for this process already (a container's, or that of a "
               "`portclaim run` around this one), and there can be one only";
    case EINVAL:
    case ENOSYS:
        return "this kernel has no seccomp notifications (Linux 5.9)";
    case EPERM:
    case EACCES:
        return "seccomp(2) is not permitted here; see SystemCallFilter= of the unit, or the "
               "container's seccomp profile";
    default:
        return strerror(error);
    }
}

static bool hand_over(int channel, const char **why)
{
    int listener = filter_install();
    if (listener < 0) {
        *why = why_not_installed(-listener);
        return false;
    }
    bool taken = handover_send(channel, listener);
    (void)close(listener);
    *why = "its supervisor ended before it began";
    return taken;
}

/*
 * Containers that let seccomp(2) through can keep this back: systemd-nspawn 252 does, and Docker
 * and containerd without CAP_SYS_PTRACE (github.com/moby/moby/pull/41665), with EPERM. Without the
 * program's socket nothing can be done for it: nobody could tell its bind() of TCP from one of UDP.
 */
static bool can_duplicate(void)
{
    long self = SYSTEM(pidfd_open, getpid(), 0);
    long duplicate = self < 0 ? self : SYSTEM(pidfd_getfd, self, self, 0);
    files_close((int)self);
    files_close((int)duplicate);
    return duplicate >= 0;
}

/*
 * A filter around us may let seccomp(2) through and not this: there would be a listener, nobody
 * could receive from it, and the program would wait for ever.
 */
static bool can_receive(void)
{
    return SYSTEM(ioctl, NO_DESCRIPTOR, SECCOMP_IOCTL_NOTIF_RECV, NULL) == -EBADF;
}

bool engine_is_possible(const char **why)
{
    *why = "there is no /proc of this PID namespace";
    if (!processes_are_visible())
        return false;
    *why = why_not_installed(ENOSYS);
    if (!supervisor_is_possible())
        return false;
    *why = "ioctl(2) is not permitted here, by which the supervisor receives calls; see "
           "SystemCallFilter= of the unit, or the container's seccomp profile";
    if (!can_receive())
        return false;
    *why = "pidfd_getfd(2) is not permitted here: a container wants --cap-add=SYS_PTRACE (Docker, "
           "containerd) or a seccomp profile that has it, a unit SystemCallFilter=pidfd_getfd";
    return can_duplicate();
}

/*
 * The supervisor is a child whose end is told by no signal (clone(2), exit_signal 0): the program's
 * wait(-1) never sees it, also where the program is PID 1 or a subreaper, to whom a grandchild
 * would come as an orphan (wait(2), __WALL; seen on 6.18). It may look into the program under Yama,
 * which allows that to ancestors only (PR_SET_PTRACER(2const)); children that the program forks are
 * then beyond it.
 */
bool engine_start(const struct settings *settings, const char **why)
{
    enum { OURS, ITS };
    int channel[2];
    if (!engine_is_possible(why) || !yama_permits(yama_has_capability(), why))
        return false;
    *why = "no process can be started for its supervisor";
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0)
        return false;
    long supervisor = SYSTEM(clone, 0);
    if (supervisor == 0)
        supervisor_run(channel[ITS], settings);
    (void)close(channel[ITS]);
    (void)prctl(PR_SET_PTRACER, supervisor, 0, 0, 0);
    bool started = supervisor > 0 && hand_over(channel[OURS], why);
    (void)close(channel[OURS]);
    return started;
}
