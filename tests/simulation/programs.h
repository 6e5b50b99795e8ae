/*
 * programs: what the processes of a schedule run.
 */
#ifndef SIMULATION_PROGRAMS_H
#define SIMULATION_PROGRAMS_H

#include "schedule.h"

extern const struct kit programs_kits[];
extern const uint32_t programs_kit_count;

extern const struct program programs_init;
extern const struct program programs_shell;
extern const struct program programs_stray;  /* what an earlier instance started by the way */
extern const struct program programs_former; /* ours by a PORTCLAIM_MATCH rule only */

/* The rule: it matches programs_former and nothing else. */
#define PROGRAMS_FORMER_RULE "comm:oldgat?"

#endif
