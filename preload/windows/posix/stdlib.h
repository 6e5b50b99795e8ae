/* stdlib.h for mingw, with reallocarray(3). */
#ifndef PORTCLAIM_WINDOWS_POSIX_STDLIB_H
#define PORTCLAIM_WINDOWS_POSIX_STDLIB_H

#include_next <stdlib.h>

#include <errno.h>

static inline void *reallocarray(void *array, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(array, bytes);
}

#endif
