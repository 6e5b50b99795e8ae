/* Events as JSON objects, one a line. portclaim(7) has the schema: names are never renamed. */
#include "conventions.h"
#include "evidence.h"
#include "report.h"
#include "unit.h"

/*
 * Room for one string that others choose, once it is escaped. The five of the longest event fit a
 * line of REPORT_LINE_SIZE with its numbers.
 */
enum { STRING_ROOM = 480, ESCAPE_LENGTH = 6 };

static void add_key(struct text *text, const char *key)
{
    if (text->length > 1)
        text_add(text, ",");
    text_add_json(text, key);
    text_add(text, ":");
}

/* The beginning of a string: what is plain counts one byte, what may be escaped counts for that. */
static void add_string(struct text *text, const char *key, const char *value)
{
    char shown[STRING_ROOM];
    size_t length = 0;
    for (size_t room = STRING_ROOM; value[length] != '\0'; length++) {
        bool plain = value[length] >= ' ' && value[length] <= '~';
        size_t cost = plain ? 1 : ESCAPE_LENGTH;
        if (cost >= room)
            break;
        room -= cost;
        shown[length] = value[length];
    }
    shown[length] = '\0';
    add_key(text, key);
    text_add_json(text, shown);
}

static void add_number(struct text *text, const char *key, uint64_t value)
{
    add_key(text, key);
    text_add_number(text, (int64_t)value);
}

static void add_unit(struct text *text, const char *key, const struct process *process)
{
    char unit[PROCESS_LABEL_SIZE];
    unit_name(process->cgroup, unit, sizeof(unit));
    if ((process->known & KNOWN_CGROUP) != 0 && unit[0] != '\0')
        add_string(text, key, unit);
}

static const char *state_name(enum socket_state state)
{
    static const char *const names[] = {
        [SOCKET_LISTENING] = "listening", [SOCKET_BOUND] = "bound",
        [SOCKET_CONNECTED] = "connected", [SOCKET_CLOSABLE] = "closable",
        [SOCKET_SENDING] = "sending",
    };
    return names[state];
}

static void add_holder(struct text *text, const struct event *event)
{
    const struct holder *holder = event->holder;
    const struct process *process = &holder->process;
    if (holder->visible)
        add_number(text, "holder", (uint64_t)process->pid);
    if ((process->known & KNOWN_START) != 0) {
        add_string(text, "name", process->name);
        add_number(text, "age_ms", event->now_ms - process->start_ms);
    }
    if ((process->known & KNOWN_EXECUTABLE) != 0)
        add_string(text, "program", process->executable.path);
    if ((process->known & KNOWN_ARGUMENTS) != 0 && process->script[0] != '\0')
        add_string(text, "script", process->script);
    add_unit(text, "unit", process);
    if (conventions.users_have_numbers)
        add_number(text, "user",
                   (process->known & KNOWN_USER) != 0 ? process->user : holder->socket.owner_user);
    add_string(text, "state", state_name(holder->socket.state));
    add_string(text, "verdict", evidence_verdict_name(holder->verdict));
    add_string(text, "evidence", evidence_name(holder->evidence));
    if (holder->through != 0)
        add_number(text, "through", (uint64_t)holder->through);
}

const char *const report_event_names[] = {
    [EVENT_HELD] = "held",         [EVENT_FORCED] = "forced",   [EVENT_LINGERING] = "lingering",
    [EVENT_KILL_WAR] = "kill_war", [EVENT_CLAIMED] = "claimed", [EVENT_NOT_CLAIMED] = "not_claimed",
    [EVENT_WARNING] = "warning",
};

const char *const report_action_names[] = {
    [ACTION_WAIT] = "wait",
    [ACTION_ASKED] = "asked",
    [ACTION_WOULD_ASK] = "would-ask",
    [ACTION_DENIED] = "denied",
    [ACTION_FAILED] = "failed",
    [ACTION_GONE] = "gone",
    [ACTION_SPARED] = "spared",
    [ACTION_BREAKER] = "breaker",
    [ACTION_FORCED] = "forced",
    [ACTION_CLOSED] = "closed",
    [ACTION_WOULD_CLOSE] = "would-close",
    [ACTION_NOT_CLOSED] = "not-closed",
    [ACTION_LEFT] = "left",
};

static void add_endpoint(struct text *text, const struct endpoint *endpoint)
{
    char shown[ENDPOINT_TEXT_SIZE];
    struct text address;
    text_start(&address, shown, sizeof(shown));
    endpoint_print(&address, endpoint);
    add_string(text, "endpoint", shown);
    add_string(text, "protocol", endpoint_protocol_name(endpoint->protocol));
    if (endpoint->family != FAMILY_UNIX)
        add_number(text, "port", endpoint->port);
}

static void add_request(struct text *text, const struct request *request)
{
    add_endpoint(text, &request->endpoint);
    if (request->operation == OPERATION_SHARE)
        add_string(text, "shared", "reuseport");
}

static void add_action(struct text *text, const struct event *event)
{
    add_string(text, "action", report_action_names[event->action]);
    if (event->action == ACTION_ASKED || event->action == ACTION_WOULD_ASK ||
        event->action == ACTION_FORCED)
        add_string(text, "signal", event->signal);
}

static void add_kill_war(struct text *text, const struct event *event)
{
    add_number(text, "kills", event->kills);
    add_number(text, "window_s", event->window_s);
    if (event->last_kill != NULL) {
        add_number(text, "killer_pid", (uint64_t)event->last_kill->killer);
        add_string(text, "killer", event->last_kill->killer_name);
        add_number(text, "victim_pid", (uint64_t)event->last_kill->victim);
        add_string(text, "victim", event->last_kill->victim_name);
    }
}

static void add_facts(struct text *text, const struct event *event)
{
    switch (event->kind) {
    case EVENT_HELD:
        add_action(text, event);
        break;
    case EVENT_FORCED:
        add_number(text, "after_ms", event->after_ms);
        add_action(text, event);
        break;
    case EVENT_LINGERING:
        add_number(text, "closable", event->closable);
        add_number(text, "sending", event->sending);
        add_action(text, event);
        break;
    case EVENT_KILL_WAR:
        add_kill_war(text, event);
        break;
    case EVENT_CLAIMED:
        add_number(text, "took_ms", event->after_ms);
        add_number(text, "stopped", event->stopped);
        add_number(text, "draining", event->draining);
        break;
    case EVENT_NOT_CLAIMED:
        add_number(text, "took_ms", event->after_ms);
        if (event->message != NULL)
            add_string(text, "message", event->message);
        break;
    case EVENT_WARNING:
        add_string(text, "message", event->message);
        break;
    }
}

void report_as_json(struct text *text, const struct event *event)
{
    text_add(text, "{");
    add_number(text, "time_ms", event->wall_clock_ms);
    add_number(text, "pid", (uint64_t)event->self->pid);
    if ((event->self->known & KNOWN_START) != 0)
        add_string(text, "self", event->self->name);
    add_unit(text, "self_unit", event->self);
    add_string(text, "event", report_event_names[event->kind]);
    if (event->request != NULL)
        add_request(text, event->request);
    add_facts(text, event);
    if (event->holder != NULL)
        add_holder(text, event);
    text_add(text, "}");
}
