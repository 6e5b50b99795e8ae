/*
 * variables: the environment of this process as the settings want it: "NAME=value" in UTF-8, the
 * name in capitals, for on Windows it knows no case, and the values that are paths as path.h has
 * them. Without the heap, which DllMain does not need.
 */
#ifndef PORTCLAIM_WINDOWS_VARIABLES_H
#define PORTCLAIM_WINDOWS_VARIABLES_H

#include "core/text.h"

#include <stddef.h>

struct variables {
    size_t size;     /* bytes of the memory that all of this is in */
    char *entries[]; /* ended by NULL */
};

/* As they are now. NULL when there is no memory. */
struct variables *variables_read(void);

/* NULL is passed over. Last-error may change. */
void variables_free(struct variables *variables);

/*
 * One entry, which need not be of our own environment, as the settings want it; it has its name in
 * capitals afterwards. Adds at most one byte more than it has, and no NUL.
 */
void variables_add_entry(struct text *text, char *entry);

#endif
