/*
 * err(3) and errx(3) for mingw, as the shared files of preload/command use them: for what ends the
 * process.
 */
#ifndef PORTCLAIM_WINDOWS_POSIX_ERR_H
#define PORTCLAIM_WINDOWS_POSIX_ERR_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noreturn, format(printf, 2, 3))) static inline void err(int status,
                                                                       const char *format, ...)
{
    int reason = errno;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, ": %s\n", strerror(reason));
    exit(status);
}

__attribute__((noreturn, format(printf, 2, 3))) static inline void errx(int status,
                                                                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(status);
}

#endif
