/*
 * strerrorname: glibc's strerrorname_np(3) for the test programs that are built with musl, which
 * has none. It is included from the command line, so that no program needs to know.
 */
#ifndef STRERRORNAME_H
#define STRERRORNAME_H

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* The names that the tests look for; of other errors musl's words. */
static inline const char *strerrorname_np(int error)
{
    static const struct {
        int error;
        const char *name;
    } names[] = {
        {EACCES, "EACCES"},         {EADDRINUSE, "EADDRINUSE"}, {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
        {EAGAIN, "EAGAIN"},         {EBADF, "EBADF"},           {ECHILD, "ECHILD"},
        {EINVAL, "EINVAL"},         {ENOSYS, "ENOSYS"},         {ENOTSOCK, "ENOTSOCK"},
        {EOPNOTSUPP, "EOPNOTSUPP"}, {EPERM, "EPERM"},
    };
    for (size_t index = 0; index < sizeof(names) / sizeof(names[0]); index++) {
        if (names[index].error == error)
            return names[index].name;
    }
    return strerror(error);
}

#endif
