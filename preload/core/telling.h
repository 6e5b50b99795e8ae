/*
 * telling: what a claim says, and when. What was told already is not told again.
 */
#ifndef PORTCLAIM_TELLING_H
#define PORTCLAIM_TELLING_H

#include "claim_state.h"

void telling_warning(struct claim *claim, const char *message);

/* What was done to one holder; `signal`: by what, as the system calls it. */
void telling_asked(struct claim *claim, const struct holder *holder, enum action action,
                   const char *signal);
void telling_forced(struct claim *claim, const struct target *target, const struct holder *holder,
                    enum action action, const char *signal);

/* All to whom nothing is done now; `stale_action` says why not to the stale ones. */
void telling_who_is_left(struct claim *claim, enum action stale_action);

void telling_leftovers(struct claim *claim, enum action action);
void telling_kill_war(struct claim *claim, uint32_t kills);

void telling_won(struct claim *claim, bool reuse_sufficed);
void telling_lost(struct claim *claim);

#endif
