/*
 * sharing: when a claim of OPERATION_SHARE is over, whose call has succeeded long before.
 */
#ifndef PORTCLAIM_SHARING_H
#define PORTCLAIM_SHARING_H

#include "claim_state.h"

/* Nobody who has to go is left; or nobody was asked, and nobody will be. */
bool sharing_is_over(struct claim *claim);

#endif
