/*
 * nearest: what somebody who mistyped a word may have meant.
 */
#ifndef PORTCLAIM_NEAREST_H
#define PORTCLAIM_NEAREST_H

#include <stddef.h>

/*
 * The name that is the fewest changes away (a letter added, left out, replaced, or two neighbours
 * swapped), or NULL when none is near.
 */
const char *nearest_name(const char *given, const char *const *names, size_t count);

#endif
