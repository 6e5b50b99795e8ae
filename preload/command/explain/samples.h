/*
 * samples: durations, of which the median is wanted and which may be too many to keep.
 */
#ifndef PORTCLAIM_SAMPLES_H
#define PORTCLAIM_SAMPLES_H

#include <stdint.h>

struct samples;

struct samples *samples_new(void);
void samples_add(struct samples *samples, uint64_t value);
uint64_t samples_count(const struct samples *samples);
uint64_t samples_most(const struct samples *samples); /* exact; 0 when there is none */

/* Exact for the first 4096; of more, that of every second, fourth, eighth ... one. */
uint64_t samples_median(struct samples *samples);

void samples_free(struct samples *samples);

#endif
