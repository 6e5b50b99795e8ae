/* What both ways to show a sighting say of a process. */
#include "command/shell.h"
#include "command/string_list.h"
#include "command/users.h"
#include "core/text.h"
#include "core/unit.h"
#include "who.h"

#include <stdlib.h>
#include <string.h>

bool who_names_protocol(const char *given)
{
    return text_starts_with(given, "tcp:") || text_starts_with(given, "udp:") ||
           text_starts_with(given, "sctp:") || text_starts_with(given, "unix:");
}

/* Linux cuts a process's name after 15 characters; its first argument often has the rest. */
const char *who_name(const struct process *process)
{
    const char *argument = text_base_name(process->arguments);
    bool longer = (process->known & KNOWN_ARGUMENTS) != 0 && process->name[0] != '\0' &&
                  text_starts_with(argument, process->name);
    return longer ? argument : process->name;
}

/* Of the process, or of who made its socket. */
bool who_user_number(const struct holder *holder, uint32_t *user)
{
    bool known = holder->visible && (holder->process.known & KNOWN_USER) != 0;
    *user = known ? holder->process.user : holder->socket.owner_user;
    return known || users_own_sockets();
}

const char *who_user(const struct holder *holder)
{
    uint32_t user;
    return who_user_number(holder, &user) ? users_name(user) : "";
}

/* It may have been started while we looked, and the two clocks be a moment apart. */
uint64_t who_age_ms(const struct process *process)
{
    uint64_t now_ms = look_now_ms();
    return now_ms > process->start_ms ? now_ms - process->start_ms : 0;
}

void who_print_endpoint(const struct endpoint *endpoint, char *shown)
{
    struct text text;
    text_start(&text, shown, ENDPOINT_TEXT_SIZE);
    endpoint_print(&text, endpoint);
}

/* ---- how to free it ---- */

/* "8080" says more to people than "[::]:8080". */
static void add_endpoint(struct text *text, const struct endpoint *endpoint)
{
    if (!endpoint_is_wildcard(endpoint) || endpoint->device != 0) {
        endpoint_print(text, endpoint);
        return;
    }
    endpoint_print_protocol(text, endpoint->protocol);
    text_add_number(text, endpoint->port);
}

static bool can_be_named(const struct holder *holder, enum evidence evidence)
{
    bool spared = evidence == EVIDENCE_SELF || evidence == EVIDENCE_ANCESTOR ||
                  evidence == EVIDENCE_INIT || evidence == EVIDENCE_ESSENTIAL ||
                  evidence == EVIDENCE_PROTECTED || evidence == EVIDENCE_CONNECTION;
    return holder->visible && !spared && (holder->process.known & KNOWN_EXECUTABLE) != 0 &&
           (holder->process.known & KNOWN_USER) != 0;
}

/*
 * As a glob that can be typed: a comma would part rules, a backslash or a byte beyond ASCII be
 * shown as something else. Any byte stands for those.
 */
static char *glob_of(const char *name)
{
    char *glob = formatted("%s", name);
    for (char *byte = glob; *byte != '\0'; byte++) {
        if (*byte == ',' || strchr(shell_harmless, *byte) == NULL)
            *byte = '?';
    }
    return glob;
}

/* "--unit openclaw.service "; no value has a blank in it. */
static char *name_holder(const struct process *process)
{
    char unit[PROCESS_LABEL_SIZE];
    unit_name(process->cgroup, unit, sizeof(unit));
    bool service = text_ends_with(unit, ".service");
    char *glob = glob_of(service ? unit : process->executable.path);
    bool exact = service && text_equal(glob, unit);
    char *rule = formatted("%s%s", exact ? "" : service ? "unit:" : "exe:", glob);
    char *quoted = shell_glob(rule);
    char *option = formatted("--%s %s ", exact ? "unit" : "match", quoted);
    free(quoted);
    free(rule);
    free(glob);
    return option;
}

/*
 * The options that name every holder: as long as one is not named, nobody is stopped. NULL when one
 * of them cannot be, or there may be more than were seen.
 */
static char *name_holders(const struct sighting *sighting)
{
    const struct observation *observation = &sighting->observation;
    if (!observation->complete)
        return NULL;
    char *options = formatted("%s", "");
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        const struct holder *holder = &observation->holders[index];
        if (!can_be_named(holder, sighting->ours[index].evidence)) {
            free(options);
            return NULL;
        }
        char *option = name_holder(&holder->process);
        if (strstr(options, option) == NULL) {
            char *more = formatted("%s%s", options, option);
            free(options);
            options = more;
        }
        free(option);
    }
    return options;
}

/* Root may signal everybody, and stops those whose socket is its own. */
static bool can_stop_all(const struct observation *observation, uint32_t user)
{
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        const struct holder *holder = &observation->holders[index];
        bool own_socket = user == 0 && holder->socket.owner_user == 0;
        if (holder->process.user != user && !own_socket)
            return false;
    }
    return true;
}

/*
 * As whom: as we are, as the holder's user, or as root. NULL when that stops not all of them, or
 * there is no way.
 */
static char *run_as_who_may(const struct observation *observation, uint32_t user,
                            const char *command)
{
    const struct process *self = &observation->self;
    if ((self->known & KNOWN_USER) != 0 && can_stop_all(observation, self->user))
        return formatted("%s", command);
    if (!can_stop_all(observation, user))
        user = 0;
    return can_stop_all(observation, user) ? shell_run_as(user, command) : NULL;
}

char *who_free_command(const struct sighting *sighting, uint32_t index)
{
    const struct observation *observation = &sighting->observation;
    char endpoint[ENDPOINT_TEXT_SIZE];
    struct text text;
    char *options = name_holders(sighting);
    if (options == NULL)
        return NULL;
    text_start(&text, endpoint, sizeof(endpoint));
    add_endpoint(&text, &sighting->request.endpoint);
    char *plain = formatted("portclaim free %s%s", options, endpoint);
    char *command = run_as_who_may(observation, observation->holders[index].process.user, plain);
    free(plain);
    free(options);
    return command;
}
