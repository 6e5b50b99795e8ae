/*
 * advice: what a system calls things, and what its own tools can do about a cause. Which system is
 * told by the record, wherever it is explained. For the diagnosis and what shows it.
 */
#ifndef PORTCLAIM_ADVICE_H
#define PORTCLAIM_ADVICE_H

#include "diagnosis.h"

/* Of PORTCLAIM_KILL_MS and PORTCLAIM_WAIT_MS, core/settings.c */
enum { DEFAULT_KILL_MS = 400, DEFAULT_WAIT_MS = 2000 };

/* A longer time for the old instance. */
struct grace {
    uint32_t term_ms;
    uint32_t budget_ms; /* of a whole claim with it */
};

/*
 * Clauses and, where they end in a full stop, sentences; each function adds cures to the cause, and
 * not more than a cause has room for (DIAGNOSIS_CURES).
 */
struct advice {
    const char *forced;         /* what ends a process: "SIGKILL" */
    const char *forced_briefly; /* where there is room for eight letters */
    const char *inherited;      /* what of its parent a child has: "descriptors" */
    const char *denied;         /* "The kernel did not permit the signal (EPERM)" */
    const char *denied_since;   /* why */
    const char *unsafe;         /* nobody could be signalled, and why */
    const char *lingering;      /* when leftovers of connections block a start */
    const char *not_found;      /* where else a holder that was not found may be */
    bool numbers_users;         /* the record's number of a user is one that people know */
    const char *setting;        /* in front of a line that sets a variable */
    const char *remark;         /* in front of a line that does nothing */

    void (*slow)(struct cause *cause, const struct story_endpoint *endpoint,
                 const struct grace *grace);
    void (*stubborn)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*inheriting)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*cut_off)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*foreign)(struct cause *cause, const struct story_endpoint *endpoint,
                    const struct story_holder *holder, enum evidence evidence);
    void (*essential)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*together)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*siblings)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*client)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*hidden)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*denying)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*failing)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*time_wait)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*not_finding)(struct cause *cause, const struct story_endpoint *endpoint);
    void (*untouched)(struct cause *cause, const struct story_endpoint *endpoint);
    /* `killer` is one of two that fight; 0: not known */
    void (*between_two)(struct cause *cause, int32_t killer);
};

extern const struct advice advice_linux;
extern const struct advice advice_windows;

/* Linux's for a record that does not tell. */
const struct advice *advice_for(const struct story_endpoint *endpoint);

#endif
