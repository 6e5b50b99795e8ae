/*
 * kinship: who stands above two processes, and what that says of them.
 */
#ifndef PORTCLAIM_KINSHIP_H
#define PORTCLAIM_KINSHIP_H

#include "holder.h"

/*
 * The nearest ancestor of ours that is the other's as well. Returns its place among ours, or the
 * number of ours when there is none.
 */
uint32_t kinship_nearest(const struct process *self, const struct process *process);

/*
 * Do both belong to one living instance of the service, whatever their age? Then they share a port
 * on purpose: a worker that is started anew an hour later has the others for siblings, and not for
 * leftovers. A leftover has lost what was above it.
 *
 * True when it descends from us; when one parent has both in one process group (a start script, a
 * master); when any living ancestor of both runs the service as well; and when one parent has both
 * that is none of those under whom strangers meet (runners_gathers()). Both must know their
 * ancestors.
 */
bool kinship_is_one_instance(const struct process *self, const struct process *process);

#endif
