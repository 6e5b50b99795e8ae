/* Events as lines for people: who, why, and what to do. */
#include "conventions.h"
#include "evidence.h"
#include "report.h"
#include "unit.h"
#include "words.h"

enum { SHOWN_NAME = 48, SHOWN_UNIT = 64 };

/* Linux cuts a process's name after 15 characters; its first argument often has the rest. */
static const char *shown_name(const struct process *process)
{
    if ((process->known & KNOWN_ARGUMENTS) != 0) {
        const char *argument = text_base_name(process->arguments);
        if (process->name[0] != '\0' && text_starts_with(argument, process->name))
            return argument;
    }
    return process->name[0] != '\0' ? process->name : "?";
}

static void add_quoted(struct text *text, int32_t pid, const char *name)
{
    text_add_number(text, pid);
    text_add(text, " \"");
    text_add_visible(text, name, SHOWN_NAME);
    text_add(text, "\"");
}

static void add_pid_and_name(struct text *text, const struct process *process)
{
    add_quoted(text, process->pid, shown_name(process));
}

static void add_process(struct text *text, const struct event *event)
{
    const struct process *process = &event->holder->process;
    char unit[SHOWN_UNIT];
    add_pid_and_name(text, process);
    text_add(text, " (");
    if ((process->known & KNOWN_EXECUTABLE) != 0)
        text_add_visible(text, text_base_name(process->executable.path), SHOWN_NAME);
    else
        text_add(text, "program unknown");
    if ((process->known & KNOWN_START) != 0) {
        text_add(text, ", up ");
        text_add_duration(text, event->now_ms - process->start_ms);
    }
    unit_name(process->cgroup, unit, sizeof(unit));
    if (unit[0] != '\0') {
        text_add(text, ", unit ");
        text_add_visible(text, unit, SHOWN_UNIT);
    }
    text_add(text, ")");
}

static void add_holder(struct text *text, const struct event *event)
{
    const struct holder *holder = event->holder;
    if (holder->visible) {
        add_process(text, event);
    } else if (conventions.users_have_numbers) {
        text_add(text, "a process of user ");
        text_add_number(text, holder->socket.owner_user);
    } else {
        text_add(text, "a process that is not seen");
    }
    text_add(text, ": ");
    text_add(text, evidence_verdict_name(holder->verdict));
    text_add(text, ", ");
    text_add(text, evidence_words(holder->evidence));
    if (holder->evidence == EVIDENCE_INHERITED) {
        text_add(text, " ");
        text_add_number(text, holder->through);
    }
}

static void add_signal_words(struct text *text, const char *before, const char *signal,
                             const char *behind)
{
    text_add(text, before);
    text_add(text, signal);
    text_add(text, behind);
}

static bool is_shared(const struct event *event)
{
    return event->request != NULL && event->request->operation == OPERATION_SHARE;
}

static bool is_path(const struct event *event)
{
    return event->request != NULL && endpoint_is_path(&event->request->endpoint);
}

static void add_action(struct text *text, const struct event *event)
{
    switch (event->action) {
    case ACTION_WAIT:
        text_add(text, "waiting");
        break;
    case ACTION_ASKED:
        add_signal_words(text, "sent ", event->signal, "");
        break;
    case ACTION_WOULD_ASK:
        add_signal_words(text, "would send ", event->signal, " (dry run)");
        break;
    case ACTION_DENIED:
        add_signal_words(text, "not permitted to send ", event->signal, " (");
        add_signal_words(text, words.denied, "): stop it as its user", "; waiting");
        break;
    case ACTION_FAILED:
        add_signal_words(text, "cannot send ", event->signal, " safely here (");
        add_signal_words(text, words.unsafe, "); waiting", "");
        break;
    case ACTION_GONE:
        text_add(text, "it ended just now");
        break;
    case ACTION_SPARED:
        text_add(text, "left alone, since others hold the port as well");
        break;
    case ACTION_BREAKER:
        text_add(text, "left alone, since there were too many kills");
        text_add(text, is_shared(event) ? "" : "; waiting");
        break;
    case ACTION_FORCED:
        if (event->kind == EVENT_HELD)
            add_signal_words(text, "ended at once (", words.unaskable, "): ");
        add_signal_words(text, "sent ", event->signal, "");
        break;
    case ACTION_CLOSED:
        text_add(text, is_path(event) ? "removed it" : "closed them");
        break;
    case ACTION_NOT_CLOSED:
        text_add(text, "it cannot be removed from here (may this user write to its directory?); "
                       "waiting");
        break;
    case ACTION_WOULD_CLOSE:
        text_add(text, is_path(event) ? "would remove it (dry run)"
                                      : "would close them if permitted (dry run)");
        break;
    case ACTION_LEFT:
        text_add(text, "left alone, and serves its part of what comes in");
        break;
    }
}

static void add_held(struct text *text, const struct event *event)
{
    text_add(text, is_shared(event) ? " is shared with " : " is held by ");
    add_holder(text, event);
    text_add(text, "; ");
    add_action(text, event);
}

static void add_forced(struct text *text, const struct event *event)
{
    text_add(text, is_shared(event) ? " is still shared with " : " is still held by ");
    add_pid_and_name(text, &event->holder->process);
    text_add(text, " ");
    text_add_duration(text, event->after_ms);
    add_signal_words(text, " after ", event->asked_by, "; ");
    add_action(text, event);
}

static void add_lingering(struct text *text, const struct event *event)
{
    if (is_path(event)) {
        text_add(text, " is held by nobody: a server that has ended left its path; ");
        add_action(text, event);
        return;
    }
    text_add(text, " is held by nobody, but by leftovers of closed connections: ");
    text_add_number(text, event->closable);
    text_add(text, " in TIME_WAIT or FIN_WAIT2, ");
    text_add_number(text, event->sending);
    text_add(text, " still sending; ");
    add_action(text, event);
}

static void add_kill_war(struct text *text, const struct event *event)
{
    text_add(text, ": kill war: ");
    text_add_number(text, event->kills);
    text_add(text, " kills in ");
    text_add_number(text, event->window_s);
    text_add(text, " s");
    if (event->last_kill != NULL) {
        text_add(text, ", the last of ");
        add_quoted(text, event->last_kill->victim, event->last_kill->victim_name);
        text_add(text, " by ");
        add_quoted(text, event->last_kill->killer, event->last_kill->killer_name);
    }
    text_add(text, "; nobody is stopped (PORTCLAIM_LIMIT): disable one of the two services or "
                   "give it another port");
}

static void add_claimed(struct text *text, const struct event *event)
{
    text_add(text, is_shared(event) ? " ours alone after " : " claimed in ");
    text_add_duration(text, event->after_ms);
    text_add(text, ": ");
    if (event->stopped > 0) {
        text_add_number(text, event->stopped);
        text_add(text, event->stopped == 1 ? " stale holder stopped" : " stale holders stopped");
    }
    if (event->draining > 0) {
        text_add(text, event->stopped > 0 ? ", " : "");
        text_add_number(text, event->draining);
        text_add(text, event->draining == 1 ? " stale holder let go and ends by itself"
                                            : " stale holders let go and end by themselves");
    }
    if (event->stopped + event->draining > 0)
        return;
    if (event->reuse_sufficed)
        text_add(text, "SO_REUSEADDR was enough");
    else if (event->closed_leftovers)
        text_add(text, is_path(event) ? "the path of a server that has ended was removed"
                                      : "leftovers of closed connections were closed");
    else
        text_add(text,
                 is_shared(event) ? "the others left by themselves" : "it became free by itself");
}

static const char *advice(const struct event *event)
{
    if (event->breaker_open)
        return "too many kills, see PORTCLAIM_LIMIT: find out what starts the other side, and "
               "disable it";
    if (event->not_signalled)
        return "it could not be signalled from here: stop it by hand";
    if (event->half_seen && event->holder->verdict == VERDICT_STALE)
        return "it was not asked to stop, for not everything could be seen: stop it by hand";
    return evidence_advice(event->holder->evidence);
}

static void add_not_claimed(struct text *text, const struct event *event)
{
    text_add(text, is_shared(event) ? " not ours alone after " : " not claimed in ");
    text_add_duration(text, event->after_ms);
    if (event->holder != NULL) {
        text_add(text, event->last_seen   ? ": last seen held by "
                       : is_shared(event) ? ": still shared with "
                                          : ": still held by ");
        add_holder(text, event);
        text_add(text, "; ");
        text_add(text, advice(event));
    } else if (event->message != NULL) {
        text_add(text, ": ");
        text_add(text, event->message);
    } else if (event->closable + event->sending > 0 && is_path(event)) {
        text_add(text, ": the path that an ended server left is still there; remove it by hand");
    } else if (event->closable + event->sending > 0) {
        text_add(text, ": leftovers of closed connections are still there; raise "
                       "PORTCLAIM_WAIT_MS to outwait them");
    } else {
        text_add(text, ": its holder could not be found; ");
        text_add(text, words.find_holder);
    }
}

void report_as_text(struct text *text, const struct event *event)
{
    static void (*const adders[])(struct text *, const struct event *) = {
        [EVENT_HELD] = add_held,           [EVENT_FORCED] = add_forced,
        [EVENT_LINGERING] = add_lingering, [EVENT_KILL_WAR] = add_kill_war,
        [EVENT_CLAIMED] = add_claimed,     [EVENT_NOT_CLAIMED] = add_not_claimed,
    };
    text_add(text, "portclaim[");
    text_add_number(text, event->self->pid);
    text_add(text, "]: ");
    if (event->request != NULL)
        endpoint_print(text, &event->request->endpoint);
    if (event->kind == EVENT_WARNING) {
        text_add(text, event->request != NULL ? ": " : "");
        text_add(text, event->message);
    } else {
        adders[event->kind](text, event);
    }
}
