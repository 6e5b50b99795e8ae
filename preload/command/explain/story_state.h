/*
 * story_state: what the story needs only while it is told. For story*.c alone.
 */
#ifndef PORTCLAIM_STORY_STATE_H
#define PORTCLAIM_STORY_STATE_H

#include "names.h"
#include "samples.h"
#include "story.h"

enum { STATE_OPEN_CLAIMS = 32, STATE_PIDS = 64 };

/* A claim whose end was not read yet. */
struct open_claim {
    uint64_t last_ms; /* its last event's time */
    struct story_claim claim;
    struct story_event events[STORY_EVENTS];
};

/* Which process claimed for which service, so that it is known again when it holds the port. */
struct known_pid {
    int32_t pid;
    int party;
};

struct endpoint_state {
    struct story_endpoint told; /* first: a pointer to it is one to the whole */
    struct samples *by_itself;
    struct samples *to_win;
    uint32_t open_count;
    struct open_claim open[STATE_OPEN_CLAIMS];
    uint32_t pids_written;
    struct known_pid pids[STATE_PIDS];
    uint32_t claims_kept; /* since the beginning: the last ones go round */
    uint32_t claims_room;
};

struct story_state {
    struct story told; /* first, likewise */
    struct names *names;
};

/* Takes note of what the event says of the system that it comes from. */
void story_system_add(struct story_endpoint *told, const struct record *record);

/* One event of one claim of the endpoint. */
void story_claims_add(struct endpoint_state *endpoint, struct names *names,
                      const struct record *record);

/* The claims that are open have no end in the record. */
void story_claims_end(struct endpoint_state *endpoint);

/* Counts a claim that is over; its last event's time. */
void story_totals_add(struct endpoint_state *endpoint, const struct story_claim *claim,
                      uint64_t end_ms);

/* Takes a claim that is over into the timeline. The events are copied. */
void story_timeline_add(struct endpoint_state *endpoint, const struct story_claim *claim);

/* Puts the claims in order. */
void story_timeline_end(struct endpoint_state *endpoint);

void story_timeline_free(struct endpoint_state *endpoint);

#endif
