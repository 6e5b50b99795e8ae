/*
 * clock: milliseconds since boot, suspended time included, as /proc counts the starts of processes
 * (CLOCK_BOOTTIME, clock_gettime(2)).
 */
#ifndef PORTCLAIM_CLOCK_H
#define PORTCLAIM_CLOCK_H

#include "system.h"

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_milliseconds(clockid_t clock)
{
    struct system_time now = {0};
    (void)SYSTEM(clock_gettime, clock, &now);
    return (uint64_t)now.seconds * 1000 + (uint64_t)now.nanoseconds / 1000000;
}

static inline uint64_t clock_now_ms(void)
{
    return clock_milliseconds(CLOCK_BOOTTIME);
}

#endif
