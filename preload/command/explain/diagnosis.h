/*
 * diagnosis: why a port was taken again and again, and what cures it: decided from the story alone.
 */
#ifndef PORTCLAIM_DIAGNOSIS_H
#define PORTCLAIM_DIAGNOSIS_H

#include "story.h"

/* In the order in which they are told, among those that kept as many claims from the port. */
enum cause_kind {
    CAUSE_KILL_WAR,
    CAUSE_FOREIGN,
    CAUSE_INHERITED,
    CAUSE_STUBBORN,
    CAUSE_SLOW,
    CAUSE_ANCESTOR,
    CAUSE_PROTECTED,
    CAUSE_ESSENTIAL,
    CAUSE_TOGETHER,
    CAUSE_CLIENT,
    CAUSE_TIME_WAIT,
    CAUSE_LEFT_PATH,
    CAUSE_HIDDEN,
    CAUSE_CUT_SHORT,
    CAUSE_ENDING,
    CAUSE_DENIED,
    CAUSE_UNSAFE,
    CAUSE_NOT_FOUND,
    CAUSE_UNTOUCHED,
    CAUSE_DRY_RUN,
    CAUSE_START_LIMIT,
    CAUSE_CUT_OFF,
};

enum { DIAGNOSIS_CAUSES = CAUSE_CUT_OFF + 1, DIAGNOSIS_CURES = 4 };

/* All of it is printable ASCII: names are visible() in it. */
struct cure {
    char *advice; /* what to do: a clause without a full stop */
    char *lines;  /* ready to be copied, lines separated by '\n'; NULL: nothing to copy */
};

struct cause {
    enum cause_kind kind;
    uint32_t claims; /* in which it was seen */
    uint32_t failed; /* of those, how many did not get the port */
    char *words;     /* who, and the evidence in numbers: whole sentences */
    uint32_t cure_count;
    struct cure cures[DIAGNOSIS_CURES];
};

struct diagnosis {
    char *summary; /* "12 starts found the port taken: 9 claimed it ..." */
    uint32_t cause_count;
    struct cause causes[DIAGNOSIS_CAUSES]; /* the most important one first */
};

/* Free with diagnosis_free(). Out of memory ends the process. */
void diagnose(const struct story_endpoint *endpoint, struct diagnosis *diagnosis);

/* "kill-war", "slow-shutdown" ...: stable, for programs. */
const char *diagnosis_cause_name(enum cause_kind kind);

/* "Kill war", "Slow shutdown" ...: for people. */
const char *diagnosis_cause_title(enum cause_kind kind);

void diagnosis_free(struct diagnosis *diagnosis);

#endif
