#include <time.h>

#include "windows/system.h"

#include <stdbool.h>
#include <stdint.h>

enum { TICKS_PER_S = 10000000, TM_FIRST_YEAR = 1900 };

/* From 1601, when FILETIME begins, to 1970. */
#define EPOCH_S INT64_C(11644473600)

static int day_of_year(const SYSTEMTIME *date)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int year = date->wYear;
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return before[date->wMonth - 1] + date->wDay - 1 + (date->wMonth > 2 ? leap : 0);
}

/* By the rules of its own year, as far as Windows has them. */
static bool to_local(const SYSTEMTIME *universal, SYSTEMTIME *here)
{
    TIME_ZONE_INFORMATION zone;
    return GetTimeZoneInformationForYear(universal->wYear, NULL, &zone) &&
           SystemTimeToTzSpecificLocalTime(&zone, universal, here);
}

struct tm *localtime_r(const time_t *when, struct tm *local)
{
    SYSTEMTIME universal;
    SYSTEMTIME here;
    if (*when < 0 || *when > INT64_MAX / TICKS_PER_S - EPOCH_S)
        return NULL;
    ULARGE_INTEGER ticks = {.QuadPart = (ULONGLONG)(*when + EPOCH_S) * TICKS_PER_S};
    FILETIME file_time = {ticks.LowPart, ticks.HighPart};
    if (!FileTimeToSystemTime(&file_time, &universal) || !to_local(&universal, &here))
        return NULL;
    *local = (struct tm){
        .tm_sec = here.wSecond,
        .tm_min = here.wMinute,
        .tm_hour = here.wHour,
        .tm_mday = here.wDay,
        .tm_mon = here.wMonth - 1,
        .tm_year = here.wYear - TM_FIRST_YEAR,
        .tm_wday = here.wDayOfWeek,
        .tm_yday = day_of_year(&here),
        .tm_isdst = -1,
    };
    return local;
}
