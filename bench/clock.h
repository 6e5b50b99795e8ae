/*
 * clock: how long a piece of a C program takes.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Nanoseconds since the machine was started. */
static inline uint64_t clock_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline int clock_compare(const void *left, const void *right)
{
    const uint64_t *first = left;
    const uint64_t *second = right;
    return (*first > *second) - (*first < *second);
}

/* Sorts them. Of an even count the upper one of the two in the middle: there are hundreds. */
static inline uint64_t clock_median(uint64_t *durations, size_t count)
{
    qsort(durations, count, sizeof(*durations), clock_compare);
    return durations[count / 2];
}

/* A sample as bench/run wants it. */
static inline void clock_tell(const char *what, double nanoseconds)
{
    (void)printf("%s\t%.1f\n", what, nanoseconds > 0 ? nanoseconds : 0.0);
}

#endif
