/* portclaim free: the claim without a server. */
#include "command.h"
#include "core/endpoint.h"
#include "linux/host.h"
#include "linux/own_socket.h"
#include "linux/request.h"
#include "linux/system.h"
#include "options.h"
#include "visible.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_DRY_RUN = 1, OPTION_FORCE, OPTION_UNIT };

static const struct option own_options[] = {
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {"force", no_argument, NULL, OPTION_FORCE},
    {"kill-ms", required_argument, NULL, OPTION_KILL_MS},
    {"limit", required_argument, NULL, OPTION_LIMIT},
    {"log", required_argument, NULL, OPTION_LOG},
    {"log-format", required_argument, NULL, OPTION_LOG_FORMAT},
    {"match", required_argument, NULL, OPTION_MATCH},
    {"protect", required_argument, NULL, OPTION_PROTECT},
    {"reuseaddr", required_argument, NULL, OPTION_REUSEADDR},
    {"service", required_argument, NULL, OPTION_SERVICE},
    {"signal", required_argument, NULL, OPTION_SIGNAL},
    {"state-dir", required_argument, NULL, OPTION_STATE_DIR},
    {"term-ms", required_argument, NULL, OPTION_TERM_MS},
    {"unit", required_argument, NULL, OPTION_UNIT},
    {"wait-ms", required_argument, NULL, OPTION_WAIT_MS},
    {0},
};

/* ---- whom the options name ---- */

/*
 * "unit:NAME" for --match. As systemctl(1) does, a name without a type is a service's; what a glob
 * would take for its own (systemd escapes with backslashes) is quoted. A comma would begin another
 * rule, which could be "any".
 */
static void take_unit(const char *name)
{
    static const char special[] = "\\*?[";
    if (name[0] == '\0' || strchr(name, ',') != NULL)
        exit(command_misuse(&command_free, "--unit wants the name of one unit, without a comma; it "
                                           "may be repeated"));
    char *rule = malloc(strlen("unit:.service") + 2 * strlen(name) + 1);
    if (rule == NULL)
        err(EXIT_MISUSE, "portclaim free");
    char *end = stpcpy(rule, "unit:");
    for (const char *byte = name; *byte != '\0'; byte++) {
        if (strchr(special, *byte) != NULL)
            *end++ = '\\';
        *end++ = *byte;
    }
    strcpy(end,
           text_ends_with(name, ".service") || text_ends_with(name, ".scope") ? "" : ".service");
    options_take_setting(OPTION_MATCH, rule);
    free(rule);
}

static void take_option(int option)
{
    switch (option) {
    case OPTION_DRY_RUN:
        options_take_setting(OPTION_MODE, "dry-run");
        break;
    case OPTION_FORCE:
        options_take_setting(OPTION_MATCH, "any");
        break;
    case OPTION_UNIT:
        take_unit(optarg);
        break;
    default:
        options_take_setting(option, optarg);
    }
}

/* ---- the claim ---- */

struct own_call {
    int socket;
    struct sockaddr_storage address;
    socklen_t length;
};

/* By the system call itself: under LD_PRELOAD, bind() would be a claim of its own. */
static int bind_own(void *context)
{
    struct own_call *call = context;
    return (int)-SYSTEM(bind, call->socket, &call->address, call->length);
}

static const char *what_to_do(int error)
{
    switch (error) {
    case EACCES:
        return "ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
        return "the address is not one of this machine's; \"ip address\" shows them";
    case EAFNOSUPPORT:
        return "this machine lacks the address family; name an IPv4 address";
    default:
        return "try it as the user and on the machine of the server";
    }
}

static int complain_of_error(const char *endpoint, int error)
{
    command_complain(&command_free, "cannot try to bind %s: %s; %s", endpoint, strerror(error),
                     what_to_do(error));
    return EXIT_MISUSE;
}

static int claim(const struct settings *settings, struct own_call *call, const char *shown)
{
    struct linux_host *host = host_create(settings);
    if (host == NULL)
        err(EXIT_MISUSE, "portclaim free");
    (void)request_describe(call->socket, OPERATION_BIND, (struct sockaddr *)&call->address,
                           call->length, &host->request);
    host->socket = call->socket;
    host->attempt = bind_own;
    host->attempt_context = call;
    enum claim_result result = host_claim(host);
    int status = EXIT_NO;
    if (result == CLAIM_WON)
        status = EXIT_YES;
    else if (result == CLAIM_FAILED)
        status = complain_of_error(shown, host->error);
    host_destroy(host);
    return status;
}

static int free_endpoint(const struct settings *settings, struct endpoint *endpoint)
{
    char shown[ENDPOINT_TEXT_SIZE];
    struct text text;
    struct own_call call;
    call.socket = own_socket_open(endpoint, &call.address, &call.length);
    text_start(&text, shown, sizeof(shown));
    endpoint_print(&text, endpoint);
    if (call.socket < 0)
        return complain_of_error(shown, -call.socket);
    int error = bind_own(&call);
    if (error == 0)
        return EXIT_YES;
    if (error != EADDRINUSE)
        return complain_of_error(shown, error);
    if (settings->mode == MODE_OFF || !settings_allow_port(settings, endpoint->port)) {
        command_complain(&command_free,
                         "%s is held, and %s keeps portclaim from doing anything about it; "
                         "\"portclaim who %u\" shows by whom",
                         shown, settings->mode == MODE_OFF ? "PORTCLAIM=off" : "PORTCLAIM_PORTS",
                         (unsigned)endpoint->port);
        return EXIT_NO;
    }
    return claim(settings, &call, shown);
}

/* ---- the command ---- */

static bool read_endpoint(const char *given, struct endpoint *endpoint, const char **error)
{
    if (!endpoint_parse(given, endpoint, error))
        return false;
    *error = "want a port from 1 to 65535";
    return endpoint->port != 0;
}

static int run_free(int count, char **arguments)
{
    struct settings settings;
    struct endpoint endpoint;
    const char *error = NULL;
    int option;
    while ((option = command_next_option(&command_free, count, arguments, own_options)) != -1)
        take_option(option);
    if (count - optind != 1)
        return command_misuse(&command_free, count == optind ? "which port is to be freed?"
                                                             : "one port at a time");
    if (!read_endpoint(arguments[optind], &endpoint, &error)) {
        char *given = visible(arguments[optind]);
        command_misuse(&command_free, "cannot read the endpoint \"%s\": %s", given, error);
        free(given);
        return EXIT_MISUSE;
    }
    if (!options_read_settings(&settings))
        return EXIT_MISUSE;
    settings.only_named = true;
    state_prefer_runtime_directory(&settings, environ);
    return free_endpoint(&settings, &endpoint);
}

const struct command command_free = {
    .name = "free",
    .summary = "free a port: stop those who hold it and are named",
    .synopsis = "[--dry-run] [--match RULE]... [--force] ENDPOINT|PORT",
    .details =
        "Does what a server under portclaim does when its address is in use, without a server:\n"
        "for ExecStartPre= and scripts. Returns once the endpoint can be bound. Without a name\n"
        "for them, here or in PORTCLAIM_MATCH or PORTCLAIM_SERVICE, holders are only waited for.\n"
        "\n"
        "  --match RULE       may be stopped: exe:GLOB, comm:GLOB, cmdline:GLOB, unit:GLOB, any\n"
        "  --unit NAME        processes of this systemd service; may be repeated, as --match\n"
        "  --service LABEL    processes started with PORTCLAIM_SERVICE=LABEL\n"
        "  --force            any holder of your own user\n"
        "  --dry-run          say what would be done, and do nothing\n"
        "\n"
        "Never stopped: this process and its ancestors, PID 1, other users' processes, and\n"
        "whoever is named by --protect; a client, whose connection merely has the port, only\n"
        "when it is named and listens nowhere. Every holder that stands in the way has to be\n"
        "named, or nobody is stopped.\n"
        "\n"
        "  --signal NAME      ask with this signal instead of TERM\n"
        "  --term-ms MS       grace before SIGKILL (600)\n"
        "  --kill-ms MS, --wait-ms MS    the rest of the time (400, 2000)\n"
        "  --protect LIST, --limit N/S, --reuseaddr on|off, --log FILE, --log-format FORMAT,\n"
        "  --state-dir DIR    as the settings of portclaim(7), which also come from the\n"
        "                     environment\n"
        "\n"
        "ENDPOINT is ADDRESS:PORT, [ADDRESS]:PORT or PORT (every address), with \"udp:\" before "
        "it\n"
        "for UDP.\n"
        "\n"
        "Exit status: 0 it is free, 1 it is still held (stderr says by whom), 2 it could not be\n"
        "tried.\n"
        "\n"
        "  portclaim free --unit openclaw.service 18789\n"
        "  ExecStartPre=/usr/local/bin/portclaim free --unit %n 127.0.0.1:18789\n",
    .run = run_free,
};
