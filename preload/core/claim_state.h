/*
 * claim_state: what one claim knows while it runs; shared by its parts and nobody else's affair.
 */
#ifndef PORTCLAIM_CLAIM_STATE_H
#define PORTCLAIM_CLAIM_STATE_H

#include "host.h"
#include "judge.h"
#include "report.h"
#include "settings.h"

/*
 * One claim's memory: about 400 KiB, of which few pages are touched, so it is not for the stack.
 * The caller provides and owns it; claim_run() sets it up.
 */
struct claim {
    const struct settings *settings;
    const struct host *host;
    const struct request *request;

    uint64_t started_at_ms;
    uint64_t look_at_ms;       /* when to observe again */
    uint64_t looked_at_ms;     /* when the last look began */
    uint64_t look_cost_ms;     /* what the last look took */
    uint32_t look_interval_ms; /* while there is nobody to wait for */
    bool look_thoroughly;      /* the next observation decides on force, or explains a failure */
    bool looked;               /* there was a complete observation */
    bool cut_short;            /* the last look was */
    bool last_seen_known;      /* see last_seen */
    bool locked;
    bool lock_was_busy;
    bool lock_unavailable;
    bool breaker_checked;
    bool breaker_open;
    bool kill_remembered;
    bool gap_reported;
    bool closed_leftovers;
    uint64_t digest; /* of what was reported last: only news are reported */

    struct target targets[OBSERVATION_HOLDERS];
    uint32_t target_count;

    /* Whose end is waited for: the targets in their order, then the others last seen. */
    int64_t handles[2 * OBSERVATION_HOLDERS];
    bool ended[2 * OBSERVATION_HOLDERS];
    uint32_t handle_count;

    uint64_t first_inodes[OBSERVATION_HOLDERS * HOLDER_INODES]; /* see judge_context */
    uint32_t first_inode_count;

    struct breaker_memory memory;
    struct observation observation;
    struct holder last_seen; /* who was most in the way when a look was last complete; no handle */
    char line[REPORT_LINE_SIZE];
};

static inline uint64_t claim_now_ms(const struct claim *claim)
{
    return claim->host->now_ms(claim->host->context);
}

/* The call has succeeded; it is about who else has a part of the port. */
static inline bool claim_shares(const struct claim *claim)
{
    return claim->request->operation == OPERATION_SHARE;
}

#endif
