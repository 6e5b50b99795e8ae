/*
 * allocate: malloc(3) that ends the process when there is none.
 */
#ifndef PORTCLAIM_WINDOWS_ALLOCATE_H
#define PORTCLAIM_WINDOWS_ALLOCATE_H

#include <err.h>
#include <stdlib.h>

static inline void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL)
        err(2, "portclaim");
    return memory;
}

#endif
