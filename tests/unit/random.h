/*
 * random: numbers that are the same on every machine for one seed, so that a failure comes again.
 */
#ifndef PORTCLAIM_TEST_RANDOM_H
#define PORTCLAIM_TEST_RANDOM_H

#include <stdint.h>

/* xorshift64 (Marsaglia, 2003): good enough to choose among small cases. Never 0. */
static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* 0 to below - 1 */
static inline uint32_t random_below(uint64_t *state, uint32_t below)
{
    return (uint32_t)((random_next(state) >> 32) % below);
}

#endif
