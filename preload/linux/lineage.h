/*
 * lineage: the ancestors of a process, up to the root of its PID namespace.
 */
#ifndef PORTCLAIM_LINEAGE_H
#define PORTCLAIM_LINEAGE_H

#include "core/holder.h"

/* Fills in ancestors and sets KNOWN_ANCESTORS, if the way can be read to its end. */
void lineage_read(struct process *process);

/* Counts how many of the nearest ancestors belong to the process's own unit. */
void lineage_count_unit(struct process *self);

#endif
