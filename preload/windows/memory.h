/*
 * memory: pages from the kernel, for what is too big for a stack. They are zero, and cost nothing
 * but commit charge until they are touched (VirtualAlloc).
 */
#ifndef PORTCLAIM_WINDOWS_MEMORY_H
#define PORTCLAIM_WINDOWS_MEMORY_H

#include "system.h"

#include <stddef.h>

/* NULL when there is none. */
static inline void *memory_map(size_t size)
{
    return VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

/* The whole of what memory_map() gave; NULL is passed over. Last-error may change. */
static inline void memory_unmap(void *memory, size_t size)
{
    (void)size; /* MEM_RELEASE knows it */
    if (memory != NULL)
        (void)VirtualFree(memory, 0, MEM_RELEASE);
}

#endif
