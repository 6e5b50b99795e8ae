/* What both ways to show a sighting say of a process. */
#include "core/text.h"
#include "core/unit.h"
#include "who.h"

#include <err.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAILED = 2, USER_SIZE = 64 };

bool who_names_protocol(const char *given)
{
    return text_starts_with(given, "tcp:") || text_starts_with(given, "udp:");
}

/* Linux cuts a process's name after 15 characters; its first argument often has the rest. */
const char *who_name(const struct process *process)
{
    const char *argument = text_base_name(process->arguments);
    bool longer = (process->known & KNOWN_ARGUMENTS) != 0 && process->name[0] != '\0' &&
                  text_starts_with(argument, process->name);
    return longer ? argument : process->name;
}

const char *who_user(uint32_t user)
{
    static char shown[USER_SIZE];
    const struct passwd *entry = getpwuid(user);
    struct text text;
    text_start(&text, shown, sizeof(shown));
    if (entry != NULL)
        text_add(&text, entry->pw_name);
    else
        text_add_number(&text, user);
    return shown;
}

void who_print_endpoint(const struct endpoint *endpoint, char *shown)
{
    struct text text;
    text_start(&text, shown, ENDPOINT_TEXT_SIZE);
    endpoint_print(&text, endpoint);
}

/* ---- how to free it ---- */

/* Quoted for a shell where it needs to be. */
static char *quote(const char *word)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   "/._-:@%+=,";
    static const char escaped[] = "'\\''";
    char *quoted = malloc(strlen(word) * strlen(escaped) + sizeof("''"));
    if (quoted == NULL)
        err(FAILED, "portclaim");
    if (word[strspn(word, harmless)] == '\0' && word[0] != '\0')
        return strcpy(quoted, word);
    char *end = stpcpy(quoted, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            end = stpcpy(end, escaped);
        else
            *end++ = *word;
    }
    strcpy(end, "'");
    return quoted;
}

/* "8080" says more to people than "[::]:8080". */
static void add_endpoint(struct text *text, const struct endpoint *endpoint)
{
    if (!endpoint_is_wildcard(endpoint) || endpoint->device != 0) {
        endpoint_print(text, endpoint);
        return;
    }
    text_add(text, endpoint->protocol == PROTOCOL_UDP ? "udp:" : "");
    text_add_number(text, endpoint->port);
}

static bool can_be_named(const struct holder *holder, enum evidence evidence)
{
    bool spared = evidence == EVIDENCE_SELF || evidence == EVIDENCE_ANCESTOR ||
                  evidence == EVIDENCE_INIT || evidence == EVIDENCE_PROTECTED ||
                  evidence == EVIDENCE_CONNECTION;
    return holder->visible && !spared && (holder->process.known & KNOWN_EXECUTABLE) != 0 &&
           (holder->process.known & KNOWN_USER) != 0;
}

static char *name_holder(const struct process *process)
{
    char unit[PROCESS_LABEL_SIZE];
    char *rule = NULL;
    unit_name(process->cgroup, unit, sizeof(unit));
    bool service = text_ends_with(unit, ".service");
    if (asprintf(&rule, service ? "%s" : "exe:%s", service ? unit : process->executable.path) < 0)
        err(FAILED, "portclaim");
    char *quoted = quote(rule);
    free(rule);
    if (asprintf(&rule, "--%s %s", service ? "unit" : "match", quoted) < 0)
        err(FAILED, "portclaim");
    free(quoted);
    return rule;
}

char *who_free_command(const struct sighting *sighting, uint32_t index)
{
    const struct holder *holder = &sighting->observation.holders[index];
    const struct process *process = &holder->process;
    char endpoint[ENDPOINT_TEXT_SIZE];
    char *command = NULL;
    struct text text;
    if (!can_be_named(holder, sighting->ours[index].evidence))
        return NULL;
    text_start(&text, endpoint, sizeof(endpoint));
    add_endpoint(&text, &sighting->request.endpoint);
    char *rule = name_holder(process);
    bool other = process->user != geteuid();
    char *user = quote(other ? who_user(process->user) : "nobody");
    int length = other ? asprintf(&command, "sudo -u %s portclaim free %s %s", user, rule, endpoint)
                       : asprintf(&command, "portclaim free %s %s", rule, endpoint);
    if (length < 0)
        err(FAILED, "portclaim");
    free(user);
    free(rule);
    return command;
}
