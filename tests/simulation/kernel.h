/*
 * kernel: which socket keeps which other from being bound. The simulation's own rule, on purpose
 * not the core's.
 */
#ifndef SIMULATION_KERNEL_H
#define SIMULATION_KERNEL_H

#include "world.h"

bool kernel_overlaps(const struct endpoint *left, const struct endpoint *right);

/* Would binding `endpoint`, or listening on it, fail? The socket `own_inode` does not count. */
bool kernel_is_busy(const struct world *world, const struct endpoint *endpoint, bool reuses,
                    uint64_t own_inode);

#endif
