/*
 * explain: the story and its diagnosis, in the three forms in which `portclaim explain` tells them.
 */
#ifndef PORTCLAIM_EXPLAIN_H
#define PORTCLAIM_EXPLAIN_H

#include "diagnosis.h"
#include "record_files.h"

#include <stdio.h>
#include <time.h>

struct explanation {
    const struct story *story;
    struct record_counts counts;
    const struct diagnosis *diagnoses; /* one for each of the story's endpoints */
};

/* For people: the diagnosis of each endpoint, below it the timeline. */
void explain_as_text(FILE *stream, const struct explanation *explanation);

/* One object; portclaim(1) has the schema. */
void explain_as_json(FILE *stream, const struct explanation *explanation);

/* One page without scripts and without anything to be fetched. */
void explain_as_page(FILE *stream, const struct explanation *explanation);

/* ---- what text and page have in common: printable ASCII, by malloc(3) where it is a char * ----
 */

/* What is to be said where no event was found. */
extern const char EXPLAIN_NOTHING[];

/* "3 of 120 lines were not events of portclaim and were passed over."; NULL: there is nothing */
char *explain_gaps(const struct explanation *explanation);

/* "beta.service 4312" */
char *explain_starter(const struct story_claim *claim);

/* "SIGTERM to alpha.service 4200 (same unit)" */
char *explain_events(const struct story_endpoint *endpoint, const struct story_claim *claim);

/* "claimed in 63 ms" */
char *explain_outcome(const struct story_claim *claim);

/* Both, the outcome last. */
char *explain_claim(const struct story_endpoint *endpoint, const struct story_claim *claim);

/* "claimed", "not-claimed", "dry-run", "unfinished" */
const char *explain_outcome_name(enum outcome outcome);

/* The text with what HTML gives a meaning to written as entities. */
void explain_escape(FILE *stream, const char *text);

/* The endpoint's timeline, as an <svg>. For the page alone. */
void explain_chart(FILE *stream, const struct story_endpoint *endpoint);

/*
 * The lanes of the chart, A, B and so on: one for each service. Past EXPLAIN_LANES services the
 * last lane is of all the others.
 */
enum { EXPLAIN_LANES = 4 };
uint32_t explain_lane_count(const struct story_endpoint *endpoint);
uint32_t explain_lane(const struct story_endpoint *endpoint, int party);

enum { EXPLAIN_CLOCK_SIZE = 32 };

/* Local time: "14:03:02.123", "2026-11-21", and the zone's name. */
void explain_clock(char clock[EXPLAIN_CLOCK_SIZE], uint64_t time_ms);
void explain_date(char date[EXPLAIN_CLOCK_SIZE], uint64_t time_ms);
void explain_zone(char zone[EXPLAIN_CLOCK_SIZE], uint64_t time_ms);

#endif
