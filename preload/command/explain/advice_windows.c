/*
 * With the tools that every Windows has. A record of Windows names no service, so what is to be
 * done to one has a word in its place, and stands in the advice: there is nothing to copy.
 */
#include "advice.h"

#include "cure.h"

#include "core/evidence.h"

#include <inttypes.h>
#include <string.h>

enum {
    MS_PER_S = 1000,
    ROUND_MS = 100,
    /* TcpTimedWaitDelay is 300 s at most, and by default less; one second more */
    LEFTOVERS_MS = 301000,
};

static const char *protocol_of(const struct story_endpoint *endpoint)
{
    return strcmp(endpoint->protocol, "udp") == 0 ? "udp" : "tcp";
}

static const char *family_of(const struct story_endpoint *endpoint)
{
    return endpoint->endpoint[0] == '[' ? "ipv6" : "ipv4";
}

static void line_to_look(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_lines(cause, "netstat -ano | findstr :%u", endpoint->port);
}

/* ---- its own instances ---- */

static void slow(struct cause *cause, const struct story_endpoint *endpoint,
                 const struct grace *grace)
{
    cure_add(cause,
             "give it twice the time of the slowest before TerminateProcess, by a variable or as "
             "\"portclaim run --term-ms %" PRIu32 "\"; with PORTCLAIM_KILL_MS and "
             "PORTCLAIM_WAIT_MS (%d and %d by default) a start then waits at most %" PRIu32
             ".%" PRIu32 " s, which whatever starts it must allow",
             grace->term_ms, DEFAULT_KILL_MS, DEFAULT_WAIT_MS, grace->budget_ms / MS_PER_S,
             grace->budget_ms % MS_PER_S / ROUND_MS);
    cure_setting(cause, endpoint, "PORTCLAIM_TERM_MS=%" PRIu32, grace->term_ms);
    cure_add(cause,
             "where NSSM stops the service and gives it less than that (1500 ms by default): the "
             "same grace there, so that the next start finds it gone: \"nssm set SERVICE "
             "AppStopMethodConsole %" PRIu32 "\"",
             grace->term_ms);
}

/* nodejs.org/api/process.html#signal-events: Ctrl-Break is SIGBREAK to Node */
static void stubborn(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "repair its shutdown: on Ctrl-Break it must close idle and stalled connections "
                    "as well; in Node");
    cure_lines(cause,
               "process.on('SIGBREAK', () => { server.close(); server.closeAllConnections(); })");
}

static void inheriting(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "open the socket so that no program which the service starts gets it");
    cure_lines(cause, "WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED | "
                      "WSA_FLAG_NO_HANDLE_INHERIT)");
    cure_add(cause, "or let the children end with the service: a job object with "
                    "JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE");
}

static void cut_off(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "if what started it ended it (a service wrapper, the Task Scheduler, a "
                    "deployment), its patience must be longer than the claim's budget "
                    "(PORTCLAIM_TERM_MS + PORTCLAIM_KILL_MS + PORTCLAIM_WAIT_MS, 3 s by default)");
}

#define SECOND_STARTER                                                                             \
    "look for a second service, scheduled task or script that starts the program, or a service "   \
    "that is restarted on failure while another starter acts as well (\"sc qfailure SERVICE\")"
#define LIST_STARTERS "sc query type= service state= all\nschtasks /query"

static void together(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "run one of them, or give each its own port: " SECOND_STARTER);
    cure_lines(cause, LIST_STARTERS "\npowershell -c \"Get-CimInstance Win32_Process | Format-List "
                                    "ProcessId,ParentProcessId,CreationDate,CommandLine\"");
}

static void siblings(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "if they are workers of one server: let the parent listen and hand the socket "
                    "on to them (WSADuplicateSocket)");
}

static void untouched(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "start one instance at a time: " SECOND_STARTER);
    cure_lines(cause, LIST_STARTERS);
}

static void between_two(struct cause *cause, int32_t killer)
{
    cure_add(cause,
             "keep one of the two and disable what starts the other (a service by \"sc config "
             "SERVICE start= disabled\", a scheduled task, a supervisor)%s",
             killer > 0 ? "; this names its parent, for a process that still lives" : "");
    if (killer > 0)
        cure_lines(cause,
                   "powershell -c \"Get-CimInstance Win32_Process -Filter 'ProcessId=%" PRId32
                   "' | Format-List ParentProcessId,CreationDate,CommandLine\"",
                   killer);
}

/* ---- others ---- */

/* No PID in a line that ends a process: by now it may be another's. */
static void foreign(struct cause *cause, const struct story_endpoint *endpoint,
                    const struct story_holder *holder, enum evidence evidence)
{
    (void)holder;
    cure_add(cause,
             "see who it is and what started it, and stop it%s: a service by \"sc stop SERVICE\", "
             "another program where it was started, or by \"taskkill /PID NUMBER\"",
             evidence == EVIDENCE_OTHER_USER ? " as its user or as administrator" : "");
    cure_lines(cause, "portclaim who %s:%u", endpoint->protocol, endpoint->port);
}

static void essential(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "see who it is, and stop it by \"sc stop SERVICE\"");
    cure_lines(cause, "portclaim who %s:%u\ntasklist /svc", endpoint->protocol, endpoint->port);
    cure_add(cause, "PID 4 is Windows itself, which serves for others (HTTP.sys): see for whom");
    cure_lines(cause, "netsh http show servicestate");
}

static void client(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "keep the port from clients, as administrator and while it is free");
    cure_lines(cause, "netsh int %s add excludedportrange %s %u 1 store=persistent",
               family_of(endpoint), protocol_of(endpoint), endpoint->port);
}

static void hidden(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "run both instances as the same user, and both or neither as administrator, so "
                    "that the one can open the other's process");
    cure_add(cause, "see whose it is, as administrator, and stop it there");
    line_to_look(cause, endpoint);
}

static void denying(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "run both instances as the same user, and both or neither as administrator");
}

static void failing(struct cause *cause, const struct story_endpoint *endpoint)
{
    (void)endpoint;
    cure_add(cause, "run both instances as the same user, and both or neither as administrator; if "
                    "a security product guards the holder, allow the service there");
}

/* ---- nobody ---- */

static void time_wait(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "let the service leave out SO_EXCLUSIVEADDRUSE");
    cure_add(cause, "or outwait them: they last as long as TcpTimedWaitDelay says, five minutes at "
                    "most");
    cure_setting(cause, endpoint, "PORTCLAIM_WAIT_MS=%d", LEFTOVERS_MS);
}

static void not_finding(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_add(cause, "look as administrator");
    line_to_look(cause, endpoint);
    cure_add(cause, "if nobody is there, see whether the port lies in a range that is kept, as "
                    "Hyper-V does it, and choose one that does not");
    cure_lines(cause, "netsh int %s show excludedportrange %s", family_of(endpoint),
               protocol_of(endpoint));
}

const struct advice advice_windows = {
    .forced = "TerminateProcess",
    .forced_briefly = "killed",
    .inherited = "handles",
    .denied = "Windows did not permit ending it (access denied)",
    .denied_since = "the holder runs as another user, or as administrator where the service does "
                    "not, or it is protected",
    .unsafe = "nobody could be asked to stop, for the holder's process could not be opened",
    .lingering = "if it sets SO_EXCLUSIVEADDRUSE, while a connection of the old instance is not "
                 "gone",
    .not_found = "Windows keeps the port to itself (WSAEACCES)",
    .numbers_users = false, /* a hash of the SID: windows/processes.c */
    .setting = "set ",
    .remark = "rem ",
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
