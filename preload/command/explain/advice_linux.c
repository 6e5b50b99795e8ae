/* With systemd where there is a unit, and with the tools of Linux. */
#include "advice.h"

#include "cure.h"

#include "core/evidence.h"

#include <inttypes.h>
#include <string.h>

enum {
    MS_PER_S = 1000,
    ROUND_MS = 100,
    START_TIMEOUT_MS = 90000, /* DefaultTimeoutStartSec=, systemd-system.conf(5) */
    /* TIME_WAIT and FIN_WAIT2 last a minute (TCP_TIMEWAIT_LEN, include/net/tcp.h); one second more
     */
    LEFTOVERS_MS = 61000,
};

/* Nothing to copy: in a unit without such a list the line would forbid all other families. */
#define ALLOW_NETLINK                                                                              \
    "if the unit has RestrictAddressFamilies=, add AF_NETLINK to it: sockets are looked up by it"

/* ss(8) has a letter for each protocol. */
static char letter_of(const struct story_endpoint *endpoint)
{
    return strcmp(endpoint->protocol, "udp") == 0 ? 'u' : 't';
}

/* ---- its own instances ---- */

static void slow(struct cause *cause, const struct story_endpoint *endpoint,
                 const struct grace *grace)
{
    bool fits = 2 * grace->budget_ms <= START_TIMEOUT_MS;
    cure_add(cause,
             "give it twice the time of the slowest before SIGKILL; with PORTCLAIM_KILL_MS "
             "and PORTCLAIM_WAIT_MS (%d and %d by default) a start then waits at most "
             "%" PRIu32 ".%" PRIu32 " s, which must fit TimeoutStartSec= (90 s by default)",
             DEFAULT_KILL_MS, DEFAULT_WAIT_MS, grace->budget_ms / MS_PER_S,
             grace->budget_ms % MS_PER_S / ROUND_MS);
    if (fits)
        cure_setting(cause, endpoint, "PORTCLAIM_TERM_MS=%" PRIu32, grace->term_ms);
    else
        cure_unit_line(cause, endpoint,
                       "Environment=PORTCLAIM_TERM_MS=%" PRIu32 "\nTimeoutStartSec=%" PRIu32,
                       grace->term_ms, 2 * grace->budget_ms / MS_PER_S);
    cure_add(cause,
             "where systemd stops the service and TimeoutStopSec= is shorter than that "
             "(90 s by default): the same grace there, so that the next start finds it gone");
    cure_unit_line(cause, endpoint, "TimeoutStopSec=%" PRIu32,
                   (grace->term_ms + MS_PER_S - 1) / MS_PER_S);
}

static void stubborn(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "repair its shutdown: when it is told to stop it must close idle and stalled "
                    "connections as well; in Node");
    cure_lines(cause,
               "process.on('SIGTERM', () => { server.close(); server.closeAllConnections(); })");
    cure_add(cause,
             "if it ends on another signal (INT or QUIT: see its manual), ask with that one");
    cure_setting(cause, endpoint, "PORTCLAIM_SIGNAL=INT");
}

static void inheriting(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "open the socket close-on-exec in the service, so that no program it starts "
                    "gets it");
    cure_lines(cause, "socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)");
    cure_add(cause, "let systemd end the children with the service (KillMode=process leaves them)");
    cure_unit_line(cause, endpoint, "KillMode=control-group");
}

static void cut_off(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "if systemd ended it, its patience must be longer than the claim's budget "
                    "(PORTCLAIM_TERM_MS + PORTCLAIM_KILL_MS + PORTCLAIM_WAIT_MS, 3 s by default)");
    cure_unit_line(cause, endpoint, "TimeoutStartSec=90");
}

static void together(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "run one of them, or give each its own port: look for a second unit, timer or "
                    "script that starts the program");
    cure_lines(
        cause,
        "systemctl list-units --all --type=service,timer\nps -eo pid,ppid,lstart,cgroup,args");
}

static void siblings(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "if they are workers of one server: let the parent bind before it forks, or "
                    "set SO_REUSEPORT in all of them");
}

static void untouched(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "start one instance at a time: look for a second unit, timer or script that "
                    "starts the program");
    cure_lines(cause, "systemctl list-units --all --type=service,timer");
    cure_add(cause, ALLOW_NETLINK);
}

static void between_two(struct cause *cause, int32_t killer)
{
    cure_add(cause,
             "keep one of the two and disable what starts the other (a unit, a "
             "container, a supervisor)%s",
             killer > 0 ? "; this names it, for a process that still lives" : "");
    if (killer > 0)
        cure_lines(cause, "systemctl status %" PRId32, killer);
}

/* ---- others ---- */

static void foreign(struct cause *cause, const struct story_endpoint *endpoint,
                    const struct story_holder *holder, enum evidence evidence)
{
    if (cure_is_service(holder->unit)) {
        cure_add(cause, "if it is not needed, disable it");
        cure_lines(cause, "systemctl disable --now %s", holder->unit);
        return;
    }
    cure_add(cause, "see who it is and what started it, and stop it%s",
             evidence == EVIDENCE_OTHER_USER ? " as its user or as root" : "");
    cure_lines(cause, "portclaim who %s:%u", endpoint->protocol, endpoint->port);
}

static void essential(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "see who it is, and stop it by the manager of services");
    cure_lines(cause, "portclaim who %s:%u", endpoint->protocol, endpoint->port);
}

static void client(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "keep the port from clients (if the list has ports already, add them to the "
                    "line)");
    cure_lines(cause,
               "echo net.ipv4.ip_local_reserved_ports=%u >/etc/sysctl.d/50-portclaim.conf\n"
               "sysctl --system",
               endpoint->port);
}

static void hidden(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "let the service see other processes");
    cure_unit_line(cause, endpoint, "ProtectProc=default\nProcSubset=all");
    cure_add(cause, "if /proc is mounted with hidepid, or the holder lives in another container or "
                    "PID namespace: stop it there, or look as root on the host");
    cure_lines(cause, "ss -Hlnp%c 'sport = :%u'", letter_of(endpoint), endpoint->port);
}

static void denying(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "run both instances as the same user");
    cure_add(cause, "or, with care, let the service signal other users' processes");
    cure_unit_line(cause, endpoint, "AmbientCapabilities=CAP_KILL");
}

/* Nothing to copy: in a unit without a filter such a line would forbid everything else. */
static void failing(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "run Linux 5.3 or newer; if the unit has a list of allowed calls in "
                    "SystemCallFilter=, add pidfd_open and pidfd_send_signal to it");
}

/* ---- nobody ---- */

static void time_wait(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "let every start of the service go through portclaim, which sets it: it helps "
                    "from the next restart on");
    cure_setting(cause, endpoint, "PORTCLAIM_REUSEADDR=on");
    cure_add(cause, "or let it close such sockets at once");
    cure_unit_line(cause, endpoint, "AmbientCapabilities=CAP_NET_ADMIN");
    cure_add(cause, "or outwait them: they last a minute, which TimeoutStartSec= (90 s by default) "
                    "must allow");
    cure_setting(cause, endpoint, "PORTCLAIM_WAIT_MS=%d", LEFTOVERS_MS);
}

static void not_finding(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "look as root");
    cure_lines(cause, "ss -Hanp%c 'sport = :%u'", letter_of(endpoint), endpoint->port);
    cure_add(cause, ALLOW_NETLINK);
}

const struct advice advice_linux = {
    .forced = "SIGKILL",
    .forced_briefly = "SIGKILL",
    .inherited = "descriptors",
    .denied = "The kernel did not permit the signal (EPERM)",
    .denied_since = "the holder runs as another user by now, or a security module forbids it",
    .unsafe = "nobody could be signalled safely: there are no pidfds before Linux 5.3, and where a "
              "filter of system calls forbids them",
    .lingering = "if the old instance or the new one lacks SO_REUSEADDR",
    .not_found = "the holder is in another namespace",
    .numbers_users = true,
    .setting = "",
    .remark = "# ",
    .slow = slow,
    .stubborn = stubborn,
    .inheriting = inheriting,
    .cut_off = cut_off,
    .foreign = foreign,
    .essential = essential,
    .together = together,
    .siblings = siblings,
    .client = client,
    .hidden = hidden,
    .denying = denying,
    .failing = failing,
    .time_wait = time_wait,
    .not_finding = not_finding,
    .untouched = untouched,
    .between_two = between_two,
};
