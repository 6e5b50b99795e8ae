/*
 * claim: everything between the first EADDRINUSE and the answer that the caller gets.
 *
 *     observe -> judge -> ask, force, wait or yield -> try again
 *
 * A call that succeeded beside others (OPERATION_SHARE) is not made again: the claim is won when no
 * stale holder is left, and lost at once when nobody may be stopped.
 *
 * The budget: with nobody to stop, settings.wait_ms; as soon as somebody was asked,
 * term_ms + kill_ms + wait_ms, counted from the beginning of the claim.
 */
#ifndef PORTCLAIM_CLAIM_H
#define PORTCLAIM_CLAIM_H

#include "claim_state.h"
#include "history.h"

enum claim_result {
    CLAIM_WON,    /* the call succeeded; OPERATION_SHARE: nobody stale has a part of it */
    CLAIM_LOST,   /* the address is still in use, or shared */
    CLAIM_FAILED, /* a later try failed with another error, which the host keeps */
};

/* Does a call that met with this begin a claim? */
bool claim_begins_with(enum attempt attempt);

/*
 * `history` belongs to the caller's process and outlives the claim; NULL when there is none.
 * Returns with every handle closed and the lock released.
 */
enum claim_result claim_run(struct claim *claim, const struct settings *settings,
                            const struct host *host, const struct request *request,
                            struct claim_history *history);

#endif
