/*
 * chance: what schedules of every scene draw at random: settings, budgets, faults, memories.
 */
#ifndef SIMULATION_CHANCE_H
#define SIMULATION_CHANCE_H

#include "schedule.h"

/* A host without faults, whose calls take next to no time. */
void chance_plain_host(struct schedule *schedule);

/* Calls that take time, sleeps that end early, and any of the other faults now and then. */
void chance_slow_host(struct schedule *schedule);
void chance_bad_host(struct schedule *schedule);

/* Settings that change what is written and how long is waited, but neither whom nor whether. */
void chance_settings(struct schedule *schedule);

/* A memory in which less than `most` kills count. */
void chance_memory(struct schedule *schedule, uint32_t most);

/* Does the budget suffice to end everybody, however deaf, and to bind then? */
bool chance_suffices(const struct schedule *schedule);

#endif
