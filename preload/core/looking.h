/*
 * looking: the part of a claim that observes, and has what it sees judged.
 */
#ifndef PORTCLAIM_LOOKING_H
#define PORTCLAIM_LOOKING_H

#include "claim_state.h"

/* Replaces the observation by a new one, with verdicts. */
void looking_run(struct claim *claim);

/*
 * By when a look that begins now must be over. Half of what is left: a look that hangs must leave
 * time for tries and for another look.
 */
uint64_t looking_deadline_ms(const struct claim *claim);

/* Closes the handle, if it is one, and forgets it. */
void looking_close(const struct claim *claim, int64_t *handle);

/* Forgets the holders last seen and closes their handles. */
void looking_end(struct claim *claim);

#endif
