/*
 * own_claim_as: an own_claim in the name of what this process is going to be.
 */
#ifndef PORTCLAIM_OWN_CLAIM_AS_H
#define PORTCLAIM_OWN_CLAIM_AS_H

#include "command/own_claim.h"
#include "core/holder.h"

/* `claimant` is of imagine_program(), and lives as long as the claim. Before own_claim_run(). */
void own_claim_as(struct own_claim *own_claim, const struct process *claimant);

#endif
