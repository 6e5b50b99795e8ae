/* portclaim free: the claim without a server. */
#include "command.h"
#include "core/text.h"
#include "options.h"
#include "own_claim.h"
#include "visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    struct wording rule = {0};
    if (own_claim_no_units != NULL)
        exit(command_misuse(&command_free, "%s", own_claim_no_units));
    if (name[0] == '\0' || strchr(name, ',') != NULL)
        exit(command_misuse(&command_free, "--unit wants the name of one unit, without a comma; it "
                                           "may be repeated"));
    wording_add(&rule, "unit:");
    for (const char *byte = name; *byte != '\0'; byte++)
        wording_add(&rule, strchr(special, *byte) != NULL ? "\\%c" : "%c", *byte);
    if (!text_ends_with(name, ".service") && !text_ends_with(name, ".scope"))
        wording_add(&rule, ".service");
    char *taken = wording_end(&rule);
    options_take_setting(OPTION_MATCH, taken);
    free(taken);
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

static int complain_of_failure(const struct own_claim *own_claim, const char *endpoint)
{
    struct wording words = {0};
    own_claim_explain(own_claim, &words);
    char *why = wording_end(&words);
    command_complain(&command_free, "cannot try to bind %s: %s", endpoint, why);
    free(why);
    return EXIT_MISUSE;
}

static void complain_of_settings(const struct settings *settings, const struct endpoint *endpoint,
                                 const char *shown)
{
    char port[sizeof("65535")];
    (void)snprintf(port, sizeof(port), "%u", (unsigned)endpoint->port);
    command_complain(&command_free,
                     "%s is held, and %s keeps portclaim from doing anything about it; "
                     "\"portclaim who %s\" shows by whom",
                     shown, settings->mode == MODE_OFF ? "PORTCLAIM=off" : "PORTCLAIM_PORTS",
                     endpoint->family == FAMILY_UNIX ? shown : port);
}

static int free_endpoint(const struct settings *settings, struct endpoint *endpoint)
{
    char shown[ENDPOINT_TEXT_SIZE];
    struct text text;
    int status = EXIT_NO;
    struct own_claim *own_claim = own_claim_open(settings, endpoint);
    text_start(&text, shown, sizeof(shown));
    endpoint_print(&text, endpoint);
    enum own_claim_answer answer = own_claim_try(own_claim);
    bool may_claim = settings->mode != MODE_OFF && settings_allow_endpoint(settings, endpoint);
    if (answer == OWN_CLAIM_HELD && !may_claim)
        complain_of_settings(settings, endpoint, shown);
    else if (answer == OWN_CLAIM_HELD)
        answer = own_claim_run(own_claim);
    if (answer == OWN_CLAIM_FREE)
        status = EXIT_YES;
    else if (answer == OWN_CLAIM_FAILED)
        status = complain_of_failure(own_claim, shown);
    own_claim_close(own_claim);
    return status;
}

/* ---- the command ---- */

static bool read_endpoint(const char *given, struct endpoint *endpoint, const char **error)
{
    if (!endpoint_parse(given, endpoint, error))
        return false;
    *error = "want a port from 1 to 65535";
    return endpoint_is_fixed(endpoint);
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
    settings.unix_sockets = true; /* it was named */
    return free_endpoint(&settings, &endpoint);
}

static const char options_help[] =
    "  --service LABEL    processes started with PORTCLAIM_SERVICE=LABEL\n"
    "  --force            any holder of your own user\n"
    "  --dry-run          say what would be done, and do nothing\n"
    "\n";

static const char sparing_help[] =
    "whoever is named by --protect; a client, whose connection merely has the port, only\n"
    "when it is named and listens nowhere. Every holder that stands in the way has to be\n"
    "named, or nobody is stopped.\n"
    "\n";

static const char settings_help[] =
    "  --kill-ms MS, --wait-ms MS    the rest of the time (400, 2000)\n"
    "  --protect LIST, --limit N/S, --reuseaddr on|off, --log FILE, --log-format FORMAT,\n"
    "  --state-dir DIR    as the settings of portclaim(7), which also come from the\n"
    "                     environment\n"
    "\n"
    "ENDPOINT is ADDRESS:PORT, [ADDRESS]:PORT or PORT (every address), with \"udp:\" or \"sctp:\"\n"
    "before it if need be; or unix:/PATH, unix:@NAME of a Unix socket, on Linux.\n"
    "\n"
    "Exit status: 0 it is free, 1 it is still held (stderr says by whom), 2 it could not be\n"
    "tried.\n"
    "\n";

const struct command command_free = {
    .name = "free",
    .summary = "free a port: stop those who hold it and are named",
    .synopsis = "[--dry-run] [--match RULE]... [--force] ENDPOINT|PORT",
    .details = own_claim_naming,
    .more = (const char *const[]){options_help, own_claim_sparing, sparing_help, own_claim_stopping,
                                  settings_help, own_claim_examples, NULL},
    .run = run_free,
};
