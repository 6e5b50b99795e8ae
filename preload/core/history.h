/*
 * history: what a bind() that was claimed leaves to the listen() that follows. Of two that waited
 * for the port, both can bind it with SO_REUSEADDR and only one can listen: the other must know
 * that this one came while it waited, and is no leftover.
 */
#ifndef PORTCLAIM_HISTORY_H
#define PORTCLAIM_HISTORY_H

#include "claim_state.h"

enum { CLAIM_HISTORY_SOCKETS = 32 };

struct claim_history {
    bool known;
    enum protocol protocol;
    uint16_t port;
    uint32_t inode_count;
    uint64_t inodes[CLAIM_HISTORY_SOCKETS]; /* that were in the way when the claim began */
};

/* Before a claim and after it; each has to do with some requests only. */
void history_read(const struct claim_history *history, struct claim *claim);
void history_write(struct claim_history *history, const struct claim *claim);

/*
 * The process's own, to be given back; NULL while another claim has it (of another thread, or
 * below a signal handler), which does without.
 */
struct claim_history *history_take(void);
void history_give(struct claim_history *history); /* NULL: nothing */

#endif
