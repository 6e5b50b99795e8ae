/*
 * report: an event becomes one line, of text or of JSON, and goes to the host.
 *
 * The JSON names are stable; portclaim(7) has the schema.
 */
#ifndef PORTCLAIM_REPORT_H
#define PORTCLAIM_REPORT_H

#include "host.h"
#include "settings.h"

enum event_kind {
    EVENT_HELD,        /* somebody stands in the way, and what is done about it */
    EVENT_FORCED,      /* the grace is over */
    EVENT_LINGERING,   /* nobody, but leftovers of closed connections */
    EVENT_KILL_WAR,    /* the breaker is open */
    EVENT_CLAIMED,     /* the call succeeded */
    EVENT_NOT_CLAIMED, /* it did not */
    EVENT_WARNING,     /* something works less well than it could */
};

enum action {
    ACTION_WAIT,
    ACTION_ASKED,
    ACTION_WOULD_ASK, /* dry run */
    ACTION_DENIED,    /* not permitted to signal it */
    ACTION_FAILED,    /* signalling it failed for another reason */
    ACTION_GONE,      /* it ended before the signal */
    ACTION_SPARED,    /* stale, but the claim is hopeless for somebody else's sake */
    ACTION_BREAKER,   /* stale, but the breaker is open */
    ACTION_FORCED,
    ACTION_CLOSED,      /* leftovers */
    ACTION_WOULD_CLOSE, /* dry run */
    ACTION_NOT_CLOSED,  /* a path that could not be removed */
    ACTION_LEFT,        /* it shares the port, and will */
};

enum { REPORT_LINE_SIZE = 4096 }; /* PIPE_BUF: one write(2) of it stays whole in a pipe */

/* What does not apply is zero. Nothing of it is kept. */
struct event {
    enum event_kind kind;
    enum action action;
    const struct request *request;
    const struct process *self;
    const struct holder *holder;
    uint64_t after_ms;     /* FORCED: since the asking signal; CLAIMED, NOT_CLAIMED: in all */
    uint32_t stopped;      /* CLAIMED: holders that were asked to stop and ended */
    uint32_t draining;     /* CLAIMED: holders that were asked, let go and live on */
    bool reuse_sufficed;   /* CLAIMED: setting SO_REUSEADDR was all it took */
    bool closed_leftovers; /* CLAIMED: sockets that outlived their process were closed */
    bool breaker_open;     /* NOT_CLAIMED */
    bool last_seen;     /* NOT_CLAIMED: the holder is not of the last look, which was cut short */
    bool not_signalled; /* NOT_CLAIMED: the holder is stale, and could not be asked to stop */
    bool half_seen;     /* NOT_CLAIMED: the holder was not asked, for not all could be seen */
    uint32_t closable;  /* LINGERING */
    uint32_t sending;   /* LINGERING */
    uint32_t kills;     /* KILL_WAR */
    uint32_t window_s;  /* KILL_WAR */
    const struct breaker_record *last_kill; /* KILL_WAR */
    const char *message;  /* WARNING; NOT_CLAIMED: what is in the way and is nobody's socket */
    const char *asked_by; /* FORCED: with what it was asked before */
    const char *signal; /* what was sent, or would be, as the system calls it; NULL: how it asks */

    /* filled in by report() */
    uint64_t now_ms;
    uint64_t wall_clock_ms;
};

/* `line` has REPORT_LINE_SIZE bytes to work in. */
void report(const struct host *host, const struct settings *settings, struct event *event,
            char *line);

/* As they stand in the JSON. */
extern const char *const report_event_names[EVENT_WARNING + 1];
extern const char *const report_action_names[ACTION_LEFT + 1];

void report_as_text(struct text *text, const struct event *event);
void report_as_json(struct text *text, const struct event *event);

#endif
