/*
 * clock: milliseconds on a clock that only goes forward.
 *
 * Windows dates the start of a process by the wall clock, so this clock counts from the wall
 * clock's origin (1601) instead of from boot: a start time is then the same number to whoever
 * reads it. Within a process it runs on the performance counter, which setting the wall clock does
 * not touch, and which counts suspended time.
 */
#ifndef PORTCLAIM_WINDOWS_CLOCK_H
#define PORTCLAIM_WINDOWS_CLOCK_H

#include "system.h"

#include <stdint.h>

/* Now, on the clock of host.now_ms. */
uint64_t clock_now_ms(void);

/* A moment of the wall clock (the creation of a process) on the same clock. */
uint64_t clock_from_file_time(const FILETIME *time);

/* Since 1970, for messages. */
uint64_t clock_wall_ms(void);

#endif
