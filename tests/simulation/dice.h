/*
 * dice: the pseudo-random numbers of one schedule. A seed gives the same numbers everywhere.
 */
#ifndef SIMULATION_DICE_H
#define SIMULATION_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

/*
 * The seed of the schedule `index` of a run. Schedule 0 has the run's own seed, so that
 * "--seed S --schedules 1" replays any schedule.
 */
uint64_t dice_seed(uint64_t base, uint64_t index);

/* Mixes the seed first: seeds of neighbours must not give one sequence, shifted. */
void dice_start(struct dice *dice, uint64_t seed);

uint64_t dice_roll(struct dice *dice);
uint32_t dice_below(struct dice *dice, uint32_t bound); /* 0 to bound - 1; bound is not 0 */
uint32_t dice_between(struct dice *dice, uint32_t least, uint32_t most); /* both included */
bool dice_chance(struct dice *dice, uint32_t percent);

#endif
