/* portclaim who: who holds a port, and what would be done about it. */
#include "who.h"

#include "command/command.h"
#include "command/options.h"
#include "command/visible.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_ALL = 1, OPTION_AS, OPTION_JSON };

static const struct option options[] = {
    {"all", no_argument, NULL, OPTION_ALL},
    {"as", required_argument, NULL, OPTION_AS},
    {"json", no_argument, NULL, OPTION_JSON},
    {"match", required_argument, NULL, OPTION_MATCH},
    {"protect", required_argument, NULL, OPTION_PROTECT},
    {"service", required_argument, NULL, OPTION_SERVICE},
    {"state-dir", required_argument, NULL, OPTION_STATE_DIR},
    {0},
};

struct wish {
    bool all;
    const char *as;
    const struct showing *showing;
    char *const *endpoints;
    int endpoint_count;
    bool held;  /* the answer */
    bool blind; /* somewhere it could not be told */
};

/* ---- one endpoint ---- */

enum sight { SIGHT_FREE, SIGHT_BLIND, SIGHT_HELD };

static enum sight show(struct wish *wish, const struct question *question,
                       const struct endpoint *endpoint, const struct look_candidates *candidates)
{
    struct sighting *sighting = calloc(1, sizeof(*sighting));
    if (sighting == NULL)
        err(EXIT_MISUSE, "portclaim who");
    sighting_take(sighting, endpoint, candidates, &question->settings, &question->viewpoint);
    enum sight sight = SIGHT_FREE;
    if (sighting_is_held(sighting))
        sight = SIGHT_HELD;
    else if (sighting->blind)
        sight = SIGHT_BLIND;
    wish->held |= sight == SIGHT_HELD;
    wish->blind |= sight == SIGHT_BLIND;
    wish->showing->sighting(question, sighting);
    free(sighting);
    return sight;
}

static bool parse(const char *given, struct endpoint *endpoint, const char **error)
{
    if (!endpoint_parse(given, endpoint, error))
        return false;
    *error = "want a port from 1 to 65535";
    return endpoint_is_fixed(endpoint);
}

/* Each has ports of its own. Where there is no SCTP, none is found. */
static const enum protocol others[] = {PROTOCOL_UDP, PROTOCOL_SCTP};

/* Without a word about the protocol, all are meant. */
static void show_named(struct wish *wish, const struct question *question, const char *given)
{
    struct endpoint endpoint;
    const char *error;
    (void)parse(given, &endpoint, &error);
    enum sight sight = show(wish, question, &endpoint, NULL);
    for (size_t index = 0; index < sizeof(others) / sizeof(others[0]); index++) {
        endpoint.protocol = others[index];
        if (who_names_protocol(given) || !look_speaks(endpoint.protocol))
            continue;
        enum sight other = show(wish, question, &endpoint, NULL);
        sight = other > sight ? other : sight;
    }
    if (sight != SIGHT_HELD)
        wish->showing->nothing(given, sight == SIGHT_FREE);
}

/* ---- all of them ---- */

static bool is_shown(const struct wish *wish, const struct socket *socket)
{
    bool udp = socket->local.protocol == PROTOCOL_UDP;
    return socket->state == SOCKET_LISTENING ||
           (socket->state == SOCKET_BOUND && (udp || wish->all));
}

/* Several sockets can share one endpoint (SO_REUSEPORT); they are one sighting. */
static bool is_repeated(const struct listing *listing, size_t index)
{
    const struct endpoint *endpoint = &listing->sockets[index].socket.local;
    for (size_t before = index; before-- > 0;) {
        const struct socket *other = &listing->sockets[before].socket;
        if (other->local.port != endpoint->port)
            return false;
        if (other->state <= SOCKET_BOUND && listing_same_place(&other->local, endpoint))
            return true;
    }
    return false;
}

static void show_all_endpoints(struct wish *wish, const struct question *question,
                               const struct listing *listing)
{
    for (size_t index = 0; index < listing->socket_count; index++) {
        const struct socket *socket = &listing->sockets[index].socket;
        if (!is_shown(wish, socket) || is_repeated(listing, index))
            continue;
        struct look_candidates candidates;
        listing_candidates(listing, &socket->local, &candidates);
        (void)show(wish, question, &socket->local, &candidates);
        free((void *)candidates.pids);
    }
}

/* ---- connections ---- */

static bool is_asked_for(const struct wish *wish, const struct endpoint *endpoint)
{
    for (int index = 0; index < wish->endpoint_count; index++) {
        struct endpoint asked;
        const char *error;
        if (!parse(wish->endpoints[index], &asked, &error))
            continue;
        if (!who_names_protocol(wish->endpoints[index]))
            asked.protocol = endpoint->protocol;
        if (endpoint_conflicts(endpoint, &asked))
            return true;
    }
    return wish->endpoint_count == 0;
}

static void show_connections(const struct wish *wish, const struct listing *listing)
{
    for (size_t index = 0; index < listing->socket_count; index++) {
        const struct look_socket *looked = &listing->sockets[index];
        if (looked->socket.state > SOCKET_BOUND && is_asked_for(wish, &looked->socket.local))
            wish->showing->connection(listing, looked);
    }
}

/* ---- the command ---- */

static int answer(struct wish *wish, const struct question *question)
{
    struct listing listing = {0};
    bool wants_listing = wish->all || wish->endpoint_count == 0;
    if (wants_listing && !listing_read(&listing, wish->all)) {
        command_complain(&command_who, "cannot list the sockets: %s", look_words.no_sockets);
        return EXIT_MISUSE;
    }
    for (int index = 0; index < wish->endpoint_count; index++)
        show_named(wish, question, wish->endpoints[index]);
    if (wish->endpoint_count == 0)
        show_all_endpoints(wish, question, &listing);
    if (wish->all)
        show_connections(wish, &listing);
    listing_free(&listing);
    wish->showing->finish(question);
    if (wish->held)
        return EXIT_YES;
    return wish->blind ? EXIT_MISUSE : EXIT_NO;
}

static void take_option(struct wish *wish, int option)
{
    switch (option) {
    case OPTION_ALL:
        wish->all = true;
        break;
    case OPTION_AS:
        wish->as = optarg;
        break;
    case OPTION_JSON:
        wish->showing = &who_json;
        break;
    default:
        options_take_setting(option, optarg);
        break;
    }
}

static int check_endpoints(const struct wish *wish)
{
    for (int index = 0; index < wish->endpoint_count; index++) {
        struct endpoint endpoint;
        const char *error;
        if (parse(wish->endpoints[index], &endpoint, &error))
            continue;
        char *given = visible(wish->endpoints[index]);
        command_misuse(&command_who, "cannot read the endpoint \"%s\": %s", given, error);
        free(given);
        return EXIT_MISUSE;
    }
    return EXIT_YES;
}

static int take_viewpoint(const struct wish *wish, struct viewpoint *viewpoint)
{
    char *why = NULL;
    viewpoint_start(viewpoint);
    if (wish->as == NULL || viewpoint_take(viewpoint, wish->as, &why))
        return EXIT_YES;
    command_complain(&command_who, "%s", why);
    free(why);
    return EXIT_MISUSE;
}

static int run_who(int count, char **arguments)
{
    static struct question question;
    struct wish wish = {.showing = &who_text};
    int option;
    while ((option = command_next_option(&command_who, count, arguments, options)) != -1)
        take_option(&wish, option);
    wish.endpoints = arguments + optind;
    wish.endpoint_count = count - optind;
    if (check_endpoints(&wish) != EXIT_YES || !options_read_settings(&question.settings) ||
        take_viewpoint(&wish, &question.viewpoint) != EXIT_YES)
        return EXIT_MISUSE;
    question.details = wish.endpoint_count > 0;
    return answer(&wish, &question);
}

const struct command command_who = {
    .name = "who",
    .summary = "who holds a port, and what would be done about it",
    .synopsis = "[--json] [--all] [--as COMMAND] [ENDPOINT|PORT]...",
    .details =
        "Shows every process that stands in the way of a server on the endpoint: what it is, who\n"
        "started it, whether portclaim would stop it, why, and what to do. Without an endpoint,\n"
        "everything that listens.\n"
        "\n"
        "  --as COMMAND      judge as this command would, started here and now, and not as a\n"
        "                    plain stranger: --as \"node gateway.js\"\n"
        "  --all             also what is in nobody's way: connections behind a listener,\n"
        "                    TIME_WAIT; without an endpoint also sockets that are bound and\n"
        "                    do not listen, where the system lists them\n"
        "  --json            for programs; portclaim(1) has the schema\n"
        "  --service LABEL, --match RULE, --protect LIST, --state-dir DIR\n"
        "                    judge with these settings of portclaim(7), which also come from the\n"
        "                    environment\n"
        "\n"
        "ENDPOINT is ADDRESS:PORT, [ADDRESS]:PORT or PORT (every address); all protocols, or one\n"
        "of them with \"tcp:\", \"udp:\" or \"sctp:\" before it; or unix:/PATH, unix:@NAME, on "
        "Linux.\n"
        "Root or an administrator sees everybody's processes.\n"
        "\n"
        "Exit status: 0 held, 1 free, 2 it could not be asked.\n"
        "\n"
        "  portclaim who 18789\n"
        "  portclaim who --as \"node dist/index.js\" 127.0.0.1:18789\n",
    .run = run_who,
};
