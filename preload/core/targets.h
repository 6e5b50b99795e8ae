/*
 * targets: the stale holders that a claim has told to stop.
 */
#ifndef PORTCLAIM_TARGETS_H
#define PORTCLAIM_TARGETS_H

#include "claim_state.h"

/* NULL when this process was not told to. */
struct target *targets_find(struct claim *claim, const struct process *process);

/*
 * Is this holder one of them, or the socket that one of them leaves for a moment when it ends, and
 * which nobody seems to hold? While another process has the lock the targets are its own.
 */
bool targets_include(struct claim *claim, const struct holder *holder);

/* How many have ended, or must end. Those that could not be signalled count in neither. */
uint32_t targets_count_ended(const struct claim *claim);
uint32_t targets_count_living(const struct claim *claim);

/*
 * When the claim's budget ends. Until somebody was asked to stop there is nothing to wait for but
 * chance.
 */
uint64_t targets_deadline_ms(const struct claim *claim);

#endif
