/*
 * memory: pages from the kernel, for what is too big for a stack. They are zero, and cost nothing
 * until they are touched.
 */
#ifndef PORTCLAIM_MEMORY_H
#define PORTCLAIM_MEMORY_H

#include "system.h"

#include <stddef.h>
#include <sys/mman.h>

static inline void *memory_map_as(size_t size, int flags)
{
    const long least_error = -4095; /* a system call's errors, as addresses: the last page */
    long address =
        SYSTEM(mmap, 0, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address < 0 && address >= least_error)
        return NULL;
    return (void *)address; /* NOLINT(performance-no-int-to-ptr): that is how the kernel answers */
}

/* NULL when there is none. */
static inline void *memory_map(size_t size)
{
    return memory_map_as(size, MAP_PRIVATE);
}

/* The same memory for every child. */
static inline void *memory_map_shared(size_t size)
{
    return memory_map_as(size, MAP_SHARED);
}

static inline void memory_unmap(void *memory, size_t size)
{
    (void)SYSTEM(munmap, memory, size);
}

#endif
