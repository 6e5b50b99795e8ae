/*
 * story: what happened, endpoint by endpoint, in bounded memory however long the record is.
 *
 * All strings are the record's own bytes, kept by the story: show them through visible(). Pointers
 * are valid until story_free().
 */
#ifndef PORTCLAIM_STORY_H
#define PORTCLAIM_STORY_H

#include "record.h"

enum {
    STORY_ENDPOINTS = 256,
    STORY_FIRST_CLAIMS = 50, /* that are kept of an endpoint's timeline */
    STORY_LAST_CLAIMS = 450,
    STORY_EVENTS = 8,   /* of one claim */
    STORY_PARTIES = 16, /* services of one endpoint */
    STORY_PAIRS = 16,
    STORY_WHO = 3, /* holders that are named for one kind of evidence */
    STORY_WARNINGS = 16,
    STORY_EVIDENCES = EVIDENCE_NO_LINEAGE + 1,
    STORY_ACTIONS = ACTION_LEFT + 1,
    /* DefaultStartLimitBurst= and DefaultStartLimitIntervalSec=, systemd-system.conf(5) */
    STORY_START_LIMIT = 5,
    STORY_START_LIMIT_MS = 10000,
    STORY_NO_PARTY = -1,
};

/* The system on which a claim was made: the record's, not ours. */
enum story_system { SYSTEM_UNKNOWN, SYSTEM_LINUX, SYSTEM_WINDOWS };

enum outcome {
    OUTCOME_CLAIMED,
    OUTCOME_NOT_CLAIMED,
    OUTCOME_DRY_RUN,    /* nobody was asked, and the call failed */
    OUTCOME_UNFINISHED, /* the record does not have its end */
};

enum { STORY_OUTCOMES = OUTCOME_UNFINISHED + 1 };

struct story_event {
    enum event_kind kind;
    enum action action;
    enum evidence evidence;
    uint64_t offset_ms; /* since the claim's first event */
    uint64_t after_ms;  /* FORCED: since the asking signal */
    int32_t holder;     /* its PID; 0: not visible */
    int32_t through;
    int party; /* the holder's; STORY_NO_PARTY when it is not visible or they are too many */
    const char *name;
    const char *unit;
    const char *signal;
    uint32_t numbers[2]; /* LINGERING: closable, sending; KILL_WAR: kills, window_s */
};

struct story_claim {
    uint64_t start_ms; /* its first event's, since 1970 */
    uint64_t took_ms;
    int32_t pid;
    int party;
    const char *self;
    const char *unit;
    enum outcome outcome;
    uint32_t stopped;
    uint32_t draining;
    uint32_t asked;  /* holders */
    uint32_t forced; /* of those, after their grace; others are never asked, but forced at once */
    uint64_t asked_at_ms;
    uint32_t evidences; /* a bit for each kind that was seen */
    uint32_t actions;   /* a bit for each */
    bool lingered;
    bool strange_heir; /* see struct story_endpoint */
    uint32_t event_count;
    uint32_t events_left_out;
    struct story_event *events; /* at most STORY_EVENTS */
};

/* In how many claims something was seen, and how many of those did not get the port. */
struct story_tally {
    uint32_t claims;
    uint32_t failed;
};

/* A holder, as it was seen last. */
struct story_holder {
    int32_t pid;
    int32_t through;
    int64_t user;
    int64_t age_ms;
    const char *name;
    const char *program;
    const char *script;
    const char *unit;
    uint32_t claims; /* in how many it stood in the way */
};

struct story_sighting {
    struct story_tally tally;
    uint32_t who_count;
    uint32_t others; /* claims in which it was none of `who` */
    struct story_holder who[STORY_WHO];
};

/* A service, as far as a record can tell: a unit, else a program's name. */
struct story_party {
    const char *label;
    bool is_unit;
    uint32_t starts;
    uint32_t claimed;
    int32_t last_pid;
    uint64_t recent_starts_ms[STORY_START_LIMIT];
    uint32_t recent_count;
    uint64_t fastest_ms; /* the shortest time that so many starts took; 0: never as many */
};

/* Who stopped whom. */
struct story_pair {
    int killer;
    int victim;
    uint32_t kills;
    int32_t killer_pid;
    int32_t victim_pid;
    enum evidence evidence;
};

struct story_war {
    uint32_t claims; /* that the limit kept from stopping anybody */
    uint32_t kills;
    uint32_t window_s;
    int32_t killer_pid; /* of the last */
    int32_t victim_pid;
    const char *killer;
    const char *victim;
};

/* Times in milliseconds. */
struct story_times {
    uint64_t count;
    uint64_t p50;
    uint64_t most;
};

struct story_endpoint {
    const char *endpoint; /* "127.0.0.1:18789" */
    const char *protocol;
    uint16_t port;
    enum story_system system;
    bool system_is_certain;
    uint32_t starts;
    uint32_t outcomes[STORY_OUTCOMES];
    uint64_t first_ms;
    uint64_t last_ms;
    uint64_t slowest_claim_ms; /* of those that were claimed */
    uint64_t slowest_refusal_ms;

    /* the timeline: by time, and how many were left out behind the first STORY_FIRST_CLAIMS */
    struct story_claim *claims;
    uint32_t claim_count;
    uint32_t claims_left_out;

    uint32_t party_count;
    struct story_party parties[STORY_PARTIES];
    uint32_t pair_count;
    struct story_pair pairs[STORY_PAIRS];
    struct story_war war;
    struct story_sighting sightings[STORY_EVIDENCES];
    struct story_tally actions[STORY_ACTIONS];
    /* A holder of another program than the one that claims, though of the same service. */
    struct story_sighting strange_heirs;

    uint32_t asked_claims;  /* in which somebody was asked to stop */
    uint32_t forced_claims; /* ... and did not */
    uint32_t asked_failed;  /* ... and the port was not won */
    uint32_t forced_failed;
    uint32_t drained_claims;
    uint64_t grace_ms; /* as seen: from the asking signal to the forcing one; 0: never forced */
    struct story_times by_itself; /* from asking to the claim's success, nobody forced */
    struct story_times to_win;    /* the same, forced or not */

    struct story_tally lingering;
    uint32_t lingering_closed;
    uint32_t most_leftovers;
    uint64_t longest_lingering_ms;
    struct story_tally unseen;    /* not claimed, and nobody was seen in the way */
    struct story_tally untouched; /* not claimed, and a stale holder was not asked */
};

struct story_warning {
    const char *message;
    uint64_t count;
};

struct story {
    uint32_t endpoint_count;
    struct story_endpoint *endpoints[STORY_ENDPOINTS]; /* by their first event */
    uint64_t events;
    uint64_t events_elsewhere; /* of endpoints that found no room */
    uint32_t warning_count;
    struct story_warning warnings[STORY_WARNINGS]; /* the last is of all that found no room */
};

/* A path or an abstract name, and no port. */
static inline bool story_is_unix(const struct story_endpoint *endpoint)
{
    return text_equal(endpoint->protocol, "unix");
}

struct story *story_new(void);

/* Events come in the order of their times, as far as they have one. */
void story_add(struct story *story, const struct record *record);

/* No more events: what is still open has no end, and the timelines are put in order. */
void story_end(struct story *story);

void story_free(struct story *story);

#endif
