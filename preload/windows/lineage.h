/*
 * lineage: the ancestors of a process, as far up as they still live.
 */
#ifndef PORTCLAIM_WINDOWS_LINEAGE_H
#define PORTCLAIM_WINDOWS_LINEAGE_H

#include "core/holder.h"
#include "snapshot.h"

/*
 * Fills in ancestors and sets KNOWN_ANCESTORS. Windows gives the children of a dead process no new
 * parent, so the way ends there: what came before it cannot be told, nor has it to be spared by
 * anybody's rule but its own.
 */
void lineage_read(const struct snapshot *snapshot, struct process *process);

#endif
