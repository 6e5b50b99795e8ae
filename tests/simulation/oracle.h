/*
 * oracle: whom a claim may signal, by the script of the schedule and nothing else.
 */
#ifndef SIMULATION_ORACLE_H
#define SIMULATION_ORACLE_H

#include "schedule.h"

/*
 * A rival that had taken the port before the claim could look, and that stopped nobody for it, is
 * an earlier instance like any other: nothing tells it from one.
 */
bool oracle_is_stale(const struct world *world, int actor);

/*
 * Does somebody who was shown make the claim hopeless? Not the stale ones, nor a worker who shares
 * the socket of a stale one who was shown as well.
 */
bool oracle_blocks(const struct world *world, int actor, uint32_t shown);

/* Do the memory's records forbid another kill now? Ours of this claim do not count. */
bool oracle_breaker_is_open(const struct schedule *schedule);

const char *oracle_role_name(enum role role);

#endif
