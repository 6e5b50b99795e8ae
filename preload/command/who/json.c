/* portclaim who --json: portclaim(1) has the schema. Names are never renamed. */
#include "command/users.h"
#include "command/visible_json.h"
#include "core/conventions.h"
#include "core/evidence.h"
#include "core/unit.h"
#include "core/version.h"
#include "who.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAILED = 2 };

static json_t *endpoints;
static json_t *connections;

/* A reference is given away; out of memory ends the process. */
static json_t *check(json_t *value)
{
    if (value == NULL)
        err(FAILED, "portclaim who");
    return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        err(FAILED, "portclaim who");
}

static void set_string(json_t *object, const char *key, const char *value)
{
    if (value[0] != '\0')
        set(object, key, visible_json(value));
}

static void set_endpoint(json_t *object, const char *key, const struct endpoint *endpoint)
{
    char shown[ENDPOINT_TEXT_SIZE];
    who_print_endpoint(endpoint, shown);
    set_string(object, key, shown);
}

/* ---- a holder ---- */

static json_t *parents_of(const struct process *process)
{
    json_t *parents = check(json_array());
    for (uint32_t index = 0; index < process->ancestor_count; index++) {
        char name[PROCESS_NAME_SIZE];
        json_t *parent = check(json_object());
        set(parent, "pid", json_integer(process->ancestors[index]));
        if (look_at_name(process->ancestors[index], name))
            set_string(parent, "name", name);
        json_array_append_new(parents, parent);
    }
    return parents;
}

static json_t *arguments_of(const struct process *process)
{
    json_t *arguments = check(json_array());
    const char *end = process->arguments + process->arguments_length;
    for (const char *argument = process->arguments; argument < end;
         argument += strlen(argument) + 1)
        json_array_append_new(arguments, visible_json(argument));
    return arguments;
}

static void add_process(json_t *object, const struct process *process)
{
    char unit[PROCESS_LABEL_SIZE];
    set(object, "pid", json_integer(process->pid));
    set_string(object, "name", who_name(process));
    if ((process->known & KNOWN_START) != 0)
        set(object, "age_ms", json_integer((json_int_t)who_age_ms(process)));
    if ((process->known & KNOWN_EXECUTABLE) != 0)
        set_string(object, "program", process->executable.path);
    set_string(object, "script", process->script);
    if ((process->known & KNOWN_ARGUMENTS) != 0)
        set(object, "arguments", arguments_of(process));
    if ((process->known & KNOWN_DIRECTORY) != 0)
        set_string(object, "directory", process->directory.path);
    unit_name(process->cgroup, unit, sizeof(unit));
    set_string(object, "unit", unit);
    set_string(object, "service", process->label);
    if ((process->known & KNOWN_ANCESTORS) != 0)
        set(object, "parents", parents_of(process));
}

static void add_opinion(json_t *object, const struct opinion *opinion)
{
    set_string(object, "verdict", evidence_verdict_name(opinion->verdict));
    set_string(object, "evidence", evidence_name(opinion->evidence));
    if (opinion->evidence == EVIDENCE_INHERITED)
        set(object, "through", json_integer(opinion->through));
    set_string(object, "action", report_action_names[opinion->action]);
}

static void add_user(json_t *object, const struct holder *holder)
{
    uint32_t user;
    if (conventions.users_have_numbers && who_user_number(holder, &user))
        set(object, "user", json_integer(user));
    set_string(object, "user_name", who_user(holder));
    if (users_own_sockets())
        set(object, "socket_user", json_integer(holder->socket.owner_user));
}

static json_t *holder_of(const struct sighting *sighting, uint32_t index)
{
    const struct holder *holder = &sighting->observation.holders[index];
    json_t *object = check(json_object());
    set_endpoint(object, "address", &holder->socket.local);
    set_string(object, "state", sighting_state(holder));
    if (holder->visible)
        add_process(object, &holder->process);
    add_user(object, holder);
    add_opinion(object, &sighting->ours[index]);
    set_string(object, "advice", evidence_advice(sighting->ours[index].evidence));
    char *command = who_free_command(sighting, index);
    set_string(object, "free_command", command != NULL ? command : "");
    free(command);
    if (sighting->has_successor) {
        json_t *successor = check(json_object());
        add_opinion(successor, &sighting->successors[index]);
        set(object, "next_instance", successor);
    }
    return object;
}

/* ---- what the command calls ---- */

static json_t *lingering_of(const struct sighting *sighting)
{
    json_t *lingering = check(json_object());
    if (endpoint_is_path(&sighting->request.endpoint) && sighting->observation.closable > 0)
        set(lingering, "path", json_integer(sighting->observation.closable));
    for (size_t state = 0; state < TCP_STATES; state++) {
        if (sighting->lingering[state] > 0)
            set(lingering, sighting_tcp_state((enum tcp_state)state),
                json_integer(sighting->lingering[state]));
    }
    return lingering;
}

static void show_sighting(const struct question *question, const struct sighting *sighting)
{
    (void)question;
    const struct observation *observation = &sighting->observation;
    const struct endpoint *endpoint = &sighting->request.endpoint;
    json_t *object = check(json_object());
    json_t *holders = check(json_array());
    set_endpoint(object, "endpoint", endpoint);
    set_string(object, "protocol", endpoint_protocol_name(endpoint->protocol));
    if (endpoint->family != FAMILY_UNIX)
        set(object, "port", json_integer(endpoint->port));
    set(object, "held", sighting->blind ? json_null() : json_boolean(sighting_is_held(sighting)));
    set(object, "complete", json_boolean(observation->complete));
    if (observation->gap != NULL)
        set_string(object, "gap", observation->gap);
    if (observation->obstruction != NULL)
        set_string(object, "obstruction", observation->obstruction);
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        if (sighting_shows(sighting, &observation->holders[index]))
            json_array_append_new(holders, holder_of(sighting, index));
    }
    set(object, "holders", holders);
    set(object, "lingering", lingering_of(sighting));
    if (endpoints == NULL)
        endpoints = check(json_array());
    json_array_append_new(endpoints, object);
}

/* Its endpoints say so themselves. */
static void show_nothing(const char *given, bool certain)
{
    (void)given;
    (void)certain;
}

static void show_connection(const struct listing *listing, const struct look_socket *looked)
{
    json_t *object = check(json_object());
    json_t *pids = check(json_array());
    size_t count = 0;
    const struct look_owner *owner = listing_owners(listing, looked->socket.inode, &count);
    set_endpoint(object, "local", &looked->socket.local);
    set_endpoint(object, "peer", &looked->peer);
    set_string(object, "state", sighting_tcp_state(looked->tcp_state));
    for (size_t index = 0; index < count; index++)
        json_array_append_new(pids, json_integer(owner[index].pid));
    set(object, "pids", pids);
    if (connections == NULL)
        connections = check(json_array());
    json_array_append_new(connections, object);
}

static void finish(const struct question *question)
{
    json_t *answer = check(json_object());
    set_string(answer, "version", PORTCLAIM_VERSION);
    set_string(answer, "seen_by", question->viewpoint.command != NULL ? "command" : "stranger");
    if (question->viewpoint.command != NULL)
        set_string(answer, "command", question->viewpoint.command);
    set(answer, "endpoints", endpoints != NULL ? endpoints : json_array());
    if (connections != NULL)
        set(answer, "connections", connections);
    json_dumpf(answer, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(answer);
    endpoints = NULL;
    connections = NULL;
}

const struct showing who_json = {show_sighting, show_nothing, show_connection, finish};
