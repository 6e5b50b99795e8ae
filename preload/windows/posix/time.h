/*
 * time.h for mingw, with localtime_r(3): of the zone that Windows is set to. The C runtime's own
 * takes the two arguments the other way, knows no year past 3000, and where there is a variable TZ,
 * as shells of Unix have it, takes that for a zone of its own kind.
 */
#ifndef PORTCLAIM_WINDOWS_POSIX_TIME_H
#define PORTCLAIM_WINDOWS_POSIX_TIME_H

#include_next <time.h>

/* NULL before 1970 and after the year 30827. tm_isdst is -1: not told. */
struct tm *localtime_r(const time_t *when, struct tm *local);

#endif
