#include "command/own_claim.h"

#include "allocate.h"
#include "command/command.h"
#include "core/version.h"
#include "windows/next.h"
#include "windows/own_socket.h"
#include "windows/version.h"

/* VERSION_COMMAND_EXPORT */
extern __declspec(dllexport) const char portclaim_command[];
const char portclaim_command[] = PORTCLAIM_VERSION;

struct own_claim {
    struct settings settings;
    struct own_socket own;
    struct windows_host *host;
    bool is_open;
    int error; /* of winsock, of what failed */
};

static void start_winsock(void)
{
    WSADATA data;
    int error = WSAStartup(MAKEWORD(2, 2), &data);
    if (error == 0)
        return;
    (void)fprintf(stderr, "portclaim: winsock does not start: error %d\n", error);
    exit(EXIT_MISUSE);
}

/* No hook stands before our own bind(). */
struct own_claim *own_claim_open(const struct settings *settings, struct endpoint *endpoint)
{
    struct own_claim *own_claim = allocate(sizeof(*own_claim));
    start_winsock();
    next_bind = bind;
    own_claim->settings = *settings;
    own_claim->error = 0;
    own_claim->host = host_create(&own_claim->settings);
    if (own_claim->host == NULL) {
        (void)fprintf(stderr, "portclaim: out of memory\n");
        exit(EXIT_MISUSE);
    }
    own_claim->is_open = own_socket_open(&own_claim->own, endpoint);
    if (own_claim->is_open)
        own_socket_attach(&own_claim->own, own_claim->host);
    else
        own_claim->error = WSAGetLastError();
    return own_claim;
}

enum own_claim_answer own_claim_try(struct own_claim *own_claim)
{
    if (!own_claim->is_open)
        return OWN_CLAIM_FAILED;
    enum attempt attempt = host_try(own_claim->host);
    own_claim->error = own_claim->host->error;
    if (claim_begins_with(attempt))
        return OWN_CLAIM_HELD;
    return attempt == ATTEMPT_DONE ? OWN_CLAIM_FREE : OWN_CLAIM_FAILED;
}

enum own_claim_answer own_claim_run(struct own_claim *own_claim)
{
    static const enum own_claim_answer answers[] = {
        [CLAIM_WON] = OWN_CLAIM_FREE,
        [CLAIM_LOST] = OWN_CLAIM_HELD,
        [CLAIM_FAILED] = OWN_CLAIM_FAILED,
    };
    enum claim_result result = host_claim(own_claim->host);
    own_claim->error = own_claim->host->error;
    return answers[result];
}

/* Of WSAEACCES the claim has found out that nobody is behind it. */
static void explain_refusal(const struct endpoint *endpoint, struct wording *words)
{
    wording_add(
        words,
        "access is denied, though nobody holds it (WSAEACCES); \"netsh interface %s show "
        "excludedportrange protocol=%s\" shows the ports that Windows keeps: choose another "
        "one",
        endpoint->family == FAMILY_IPV4 ? "ipv4" : "ipv6",
        endpoint->protocol == PROTOCOL_UDP ? "udp" : "tcp");
}

void own_claim_explain(const struct own_claim *own_claim, struct wording *words)
{
    switch (own_claim->error) {
    case WSAEACCES:
        explain_refusal(&own_claim->host->request.endpoint, words);
        break;
    case WSAEADDRNOTAVAIL:
        wording_add(words, "the address is not one of this machine's (WSAEADDRNOTAVAIL); "
                           "\"netsh interface ip show addresses\" or \"ipconfig\" shows them");
        break;
    case WSAEAFNOSUPPORT:
        wording_add(words, "this machine lacks the address family (WSAEAFNOSUPPORT); name an IPv4 "
                           "address");
        break;
    default:
        wording_add(words, "error %d; try it as the user and on the machine of the server",
                    own_claim->error);
    }
}

void own_claim_close(struct own_claim *own_claim)
{
    if (own_claim->is_open)
        own_socket_close(&own_claim->own);
    host_destroy(own_claim->host);
    free(own_claim);
    (void)WSACleanup();
}

/* ---- the words of the help ---- */

const char *const own_claim_no_units =
    "--unit is for systemd's services, and Windows has none: name the program with --match "
    "\"exe:GLOB\", or start it with PORTCLAIM_SERVICE and name that with --service";

const char own_claim_naming[] =
    "Does what a server under portclaim does when its address is in use, without a server:\n"
    "for scripts and scheduled tasks. Returns once the endpoint can be bound. Without a name\n"
    "for them, here or in PORTCLAIM_MATCH or PORTCLAIM_SERVICE, holders are only waited for.\n"
    "\n"
    "  --match RULE       may be stopped: exe:GLOB, comm:GLOB, cmdline:GLOB, any; exe and comm\n"
    "                     with the ending (node.exe), cmdline with slashes; may be repeated\n";

const char own_claim_sparing[] =
    "Never stopped: this process and its ancestors, services, other users' processes, and\n";

const char own_claim_stopping[] =
    "  --signal KILL      end them at once, by TerminateProcess, instead of asking by Ctrl-Break\n"
    "                     or by closing their windows\n"
    "  --term-ms MS       grace before TerminateProcess (600)\n";

const char own_claim_examples[] =
    "  portclaim free --match \"cmdline:*gateway.js*\" 18789\n"
    "  portclaim free --service gateway 127.0.0.1:18789 && net start gateway\n";
