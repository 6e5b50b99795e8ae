/*
 * stopping: the part of a claim that signals. May it, and then whom, and how.
 */
#ifndef PORTCLAIM_STOPPING_H
#define PORTCLAIM_STOPPING_H

#include "claim_state.h"

enum permission {
    PERMISSION_GRANTED,
    PERMISSION_LOOK_AGAIN, /* the lock is ours now, but what was seen is from before */
    PERMISSION_NOT_YET,    /* another process is claiming the endpoint */
    PERMISSION_BREAKER,    /* there were too many kills */
};

/* Takes the lock alone, for what is not a kill. Never PERMISSION_BREAKER. */
enum permission stopping_lock(struct claim *claim);

/* Takes the lock and asks the breaker, once per claim. */
enum permission stopping_permission(struct claim *claim);

/*
 * Asks every stale holder of the observation that was not asked yet, and forces those whose grace
 * is over.
 */
void stopping_run(struct claim *claim);

/*
 * The port is ours now, and whoever was started before this moment must not take us for a leftover:
 * the record of our kill gets this time.
 */
void stopping_remember_win(struct claim *claim);

#endif
