/*
 * cast_parts: what the functions of cast.h are made of.
 */
#ifndef SIMULATION_CAST_PARTS_H
#define SIMULATION_CAST_PARTS_H

#include "cast.h"

enum { CAST_SPECIFIC_ENDPOINTS = 2, CAST_ENDPOINTS = 5 };

extern const struct endpoint cast_endpoints[CAST_ENDPOINTS]; /* the specific ones first */
extern const char cast_our_unit[];
extern const char cast_other_unit[];
extern const char cast_session[];
extern const char cast_our_label[];
extern const char cast_other_label[];

bool cast_chance(struct schedule *schedule, uint32_t percent);
struct actor *cast_at(struct schedule *schedule, int index);
const struct actor *cast_self(struct schedule *schedule);

/* Among the first `count`, one that overlaps with ours, or one that does not. */
struct endpoint cast_pick_endpoint(struct schedule *schedule, uint32_t count, bool overlapping);

void cast_listen(struct schedule *schedule, int actor);
void cast_connect(struct schedule *schedule, int actor, bool reuses);

/* A running process of our user, with a PID and a process group of its own, below PID 1. */
struct actor cast_somebody(struct schedule *schedule, enum role role,
                           const struct program *program);

/* A start before ours, and one at the same time or later. */
uint64_t cast_earlier_start_ms(struct schedule *schedule);
uint64_t cast_later_start_ms(struct schedule *schedule);

#endif
