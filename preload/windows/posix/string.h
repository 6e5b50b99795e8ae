/* string.h for mingw, with what POSIX has and it has not: stpcpy(3), strndup(3). */
#ifndef PORTCLAIM_WINDOWS_POSIX_STRING_H
#define PORTCLAIM_WINDOWS_POSIX_STRING_H

#include_next <string.h>

char *stpcpy(char *to, const char *from);
char *strndup(const char *string, size_t most);

#endif
