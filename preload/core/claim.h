/*
 * claim: everything between the first EADDRINUSE and the answer that the caller gets.
 *
 *     observe -> judge -> ask, force, wait or yield -> try again
 *
 * The budget: with nobody to stop, settings.wait_ms; as soon as somebody was asked,
 * term_ms + kill_ms + wait_ms, counted from the beginning of the claim.
 */
#ifndef PORTCLAIM_CLAIM_H
#define PORTCLAIM_CLAIM_H

#include "claim_state.h"

enum claim_result {
    CLAIM_WON,    /* the call succeeded */
    CLAIM_LOST,   /* the address is still in use */
    CLAIM_FAILED, /* a later try failed with another error, which the host keeps */
};

enum { CLAIM_HISTORY_SOCKETS = 32 };

/*
 * What a bind() that was claimed leaves to the listen() that follows. Of two that waited for the
 * port, both can bind it with SO_REUSEADDR and only one can listen: the other must know that this
 * one came while it waited, and is no leftover.
 */
struct claim_history {
    bool known;
    enum protocol protocol;
    uint16_t port;
    uint32_t inode_count;
    uint64_t inodes[CLAIM_HISTORY_SOCKETS]; /* that were in the way when the claim began */
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
