#include "own_claim_as.h"

#include "command/command.h"
#include "linux/host.h"
#include "linux/own_socket.h"
#include "linux/request.h"
#include "linux/system.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct own_claim {
    struct settings settings;
    struct endpoint endpoint;
    int socket; /* or -errno */
    struct sockaddr_storage address;
    socklen_t length;
    int error;                      /* an errno, of what failed */
    const struct process *claimant; /* NULL: this process as it is */
};

struct own_claim *own_claim_open(const struct settings *settings, struct endpoint *endpoint)
{
    struct own_claim *own_claim = calloc(1, sizeof(*own_claim));
    if (own_claim == NULL)
        err(EXIT_MISUSE, "portclaim");
    own_claim->settings = *settings;
    own_claim->socket = own_socket_open(endpoint, &own_claim->address, &own_claim->length);
    own_claim->endpoint = *endpoint;
    return own_claim;
}

void own_claim_as(struct own_claim *own_claim, const struct process *claimant)
{
    own_claim->claimant = claimant;
}

static int bind_own(void *context)
{
    const struct own_claim *own_claim = context;
    return own_socket_bind(own_claim->socket, &own_claim->endpoint, &own_claim->address,
                           own_claim->length);
}

enum own_claim_answer own_claim_try(struct own_claim *own_claim)
{
    own_claim->error = own_claim->socket < 0 ? -own_claim->socket : bind_own(own_claim);
    switch (own_claim->error) {
    case 0:
        return OWN_CLAIM_FREE;
    case EADDRINUSE:
        return OWN_CLAIM_HELD;
    default:
        return OWN_CLAIM_FAILED;
    }
}

enum own_claim_answer own_claim_run(struct own_claim *own_claim)
{
    static const enum own_claim_answer answers[] = {
        [CLAIM_WON] = OWN_CLAIM_FREE,
        [CLAIM_LOST] = OWN_CLAIM_HELD,
        [CLAIM_FAILED] = OWN_CLAIM_FAILED,
    };
    struct linux_host *host = host_create(&own_claim->settings);
    if (host == NULL)
        err(EXIT_MISUSE, "portclaim");
    (void)request_describe(own_claim->socket, OPERATION_BIND,
                           (struct sockaddr *)&own_claim->address, own_claim->length,
                           &host->request);
    host->socket = own_claim->socket;
    host->attempt = bind_own;
    host->attempt_context = own_claim;
    host->imagined = own_claim->claimant;
    enum claim_result result = host_claim(host);
    own_claim->error = host->error;
    host_destroy(host);
    return answers[result];
}

static const char *what_to_do(int error)
{
    switch (error) {
    case EACCES:
        return "ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
        return "the address is not one of this machine's; \"ip address\" shows them";
    case EPROTONOSUPPORT:
        return "the kernel has no such protocol, so nobody holds it; \"modprobe sctp\" brings SCTP";
    case EAFNOSUPPORT:
        return "this machine lacks the address family; name an IPv4 address";
    default:
        return "try it as the user and on the machine of the server";
    }
}

void own_claim_explain(const struct own_claim *own_claim, struct wording *words)
{
    wording_add(words, "%s; %s", strerror(own_claim->error), what_to_do(own_claim->error));
}

void own_claim_close(struct own_claim *own_claim)
{
    if (own_claim->socket >= 0)
        (void)SYSTEM(close, own_claim->socket);
    free(own_claim);
}

/* ---- the words of the help ---- */

const char *const own_claim_no_units = NULL;

const char own_claim_naming[] =
    "Does what a server under portclaim does when its address is in use, without a server:\n"
    "for ExecStartPre= and scripts. Returns once the endpoint can be bound. Without a name\n"
    "for them, here or in PORTCLAIM_MATCH or PORTCLAIM_SERVICE, holders are only waited for.\n"
    "\n"
    "  --match RULE       may be stopped: exe:GLOB, comm:GLOB, cmdline:GLOB, unit:GLOB, any\n"
    "  --unit NAME        processes of this systemd service; may be repeated, as --match\n";

const char own_claim_sparing[] =
    "Never stopped: this process and its ancestors, PID 1, other users' processes, and\n";

const char own_claim_stopping[] = "  --signal NAME      ask with this signal instead of TERM\n"
                                  "  --term-ms MS       grace before SIGKILL (600)\n";

const char own_claim_examples[] =
    "  portclaim free --unit openclaw.service 18789\n"
    "  ExecStartPre=/usr/local/bin/portclaim free --unit %n 127.0.0.1:18789\n";
