/* time.h for mingw, with localtime_r(3): the C runtime's function takes the two the other way. */
#ifndef PORTCLAIM_WINDOWS_POSIX_TIME_H
#define PORTCLAIM_WINDOWS_POSIX_TIME_H

#include_next <time.h>

static inline struct tm *localtime_r(const time_t *when, struct tm *local)
{
    return localtime_s(local, when) == 0 ? local : NULL;
}

#endif
