#include "engine.h"

#include "filter.h"
#include "linux/files.h"
#include "linux/host.h"
#include "linux/notify/handover.h"
#include "linux/notify/supervisor.h"
#include "linux/own_socket.h"
#include "linux/processes.h"
#include "linux/request.h"
#include "linux/system.h"
#include "yama.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438 /* on every architecture */
#endif

enum { FAILED = 125 };

/* ---- the claim before main() ---- */

static void imagine(const struct program *program, struct process *self)
{
    size_t length = 0;
    for (char *const *argument = program->arguments; *argument != NULL; argument++)
        length += strlen(*argument) + 1;
    char *joined = malloc(length + 1);
    char *end = joined;
    if (joined == NULL)
        err(FAILED, "portclaim run");
    for (char *const *argument = program->arguments; *argument != NULL; argument++)
        end = stpcpy(end, *argument) + 1;
    (void)processes_refresh_self(self);
    processes_imagine(program->path, joined, length, self);
    free(joined);
}

struct own_call {
    int socket;
    struct sockaddr_storage address;
    socklen_t length;
};

static int bind_own(void *context)
{
    struct own_call *call = context;
    return (int)-SYSTEM(bind, call->socket, &call->address, call->length);
}

static void claim_with(const struct settings *settings, const struct process *self,
                       struct own_call *call)
{
    struct linux_host *host = host_create(settings);
    if (host == NULL)
        return;
    if (request_describe(call->socket, OPERATION_BIND, (struct sockaddr *)&call->address,
                         call->length, &host->request) &&
        settings_allow_port(settings, host->request.endpoint.port)) {
        host->socket = call->socket;
        host->attempt = bind_own;
        host->attempt_context = call;
        host->imagined = self;
        (void)host_claim(host);
    }
    host_destroy(host);
}

static void claim_entry(const struct settings *settings, const struct process *self,
                        const char *entry)
{
    struct endpoint endpoint;
    struct own_call call;
    const char *error;
    if (!endpoint_parse(entry, &endpoint, &error))
        return; /* settings_read() has refused it already */
    call.socket = own_socket_open(&endpoint, &call.address, &call.length);
    if (call.socket < 0)
        return;
    if (bind_own(&call) == EADDRINUSE)
        claim_with(settings, self, &call);
    files_close(call.socket);
}

void engine_claim(struct settings *settings, const struct program *program)
{
    char entry[SETTINGS_LIST_SIZE];
    const char *cursor = settings->claim;
    struct process *self = calloc(1, sizeof(*self));
    if (self == NULL)
        err(FAILED, "portclaim run");
    imagine(program, self);
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

bool engine_is_possible(const char **why)
{
    *why = "there is no /proc of this PID namespace";
    if (!processes_are_visible())
        return false;
    *why = why_not_installed(ENOSYS);
    if (!supervisor_is_possible())
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
