#include "clock.h"

#include <stdbool.h>

enum { FILE_TIMES_PER_MS = 10000, FILE_TIMES_PER_SECOND = 10000000 };

#define FILE_TIME_OF_1970 UINT64_C(116444736000000000)

static uint64_t file_time_number(const FILETIME *time)
{
    return (uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

static uint64_t wall_clock(void)
{
    FILETIME now;
    GetSystemTimePreciseAsFileTime(&now);
    return file_time_number(&now);
}

/* In units of a FILETIME; whole seconds apart, or the product would overflow. */
static uint64_t performance_clock(void)
{
    LARGE_INTEGER counter;
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&counter);
    uint64_t ticks = (uint64_t)counter.QuadPart;
    uint64_t per_second = (uint64_t)frequency.QuadPart;
    return ticks / per_second * FILE_TIMES_PER_SECOND +
           ticks % per_second * FILE_TIMES_PER_SECOND / per_second;
}

/* What lies between the two clocks, measured once in a process. The first to publish it wins. */
static uint64_t performance_origin(void)
{
    static uint64_t origin;
    uint64_t known = __atomic_load_n(&origin, __ATOMIC_RELAXED);
    if (known != 0)
        return known;
    uint64_t measured = wall_clock() - performance_clock();
    if (__atomic_compare_exchange_n(&origin, &known, measured, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED))
        return measured;
    return known;
}

uint64_t clock_now_ms(void)
{
    return (performance_origin() + performance_clock()) / FILE_TIMES_PER_MS;
}

uint64_t clock_from_file_time(const FILETIME *time)
{
    return file_time_number(time) / FILE_TIMES_PER_MS;
}

uint64_t clock_wall_ms(void)
{
    return (wall_clock() - FILE_TIME_OF_1970) / FILE_TIMES_PER_MS;
}
