/*
 * judge: holder + self + settings -> verdict and evidence.
 *
 * It gives `stale` only on evidence; whatever it cannot read ends in `unknown`, and unknown is
 * never signalled.
 */
#ifndef PORTCLAIM_JUDGE_H
#define PORTCLAIM_JUDGE_H

#include "breaker.h"
#include "holder.h"
#include "settings.h"

enum { SIBLING_WINDOW_MS = 1000 };

/* A stale holder that was told to stop. */
enum target_state { TARGET_ASKED, TARGET_FORCED, TARGET_REFUSED /* could not be signalled */ };

struct target {
    int32_t pid;
    uint64_t start_ms;
    enum evidence evidence;
    int32_t through;
    struct endpoint local; /* of its socket that stood most in the way */
    enum target_state state;
    uint64_t asked_at_ms;
    const char *asked_by; /* as the system calls it; static memory */
};

/* What the claim knows beside the observation. */
struct judge_context {
    const struct settings *settings;
    const struct breaker_memory *memory; /* NULL: none */
    /*
     * The sockets that were in the way when the claim began; NULL at its first look. A listening
     * or bound socket that came later is a rival's, who took the port while we waited for it.
     */
    const uint64_t *first_inodes;
    uint32_t first_inode_count;
    /*
     * Who was found stale already. The same process with the same socket stays so when its parent,
     * from whom it inherited, has ended, or its own end has begun and nothing of it can be read.
     */
    const struct target *targets;
    uint32_t target_count;
    bool shares;    /* OPERATION_SHARE: whoever is of our own instance has the port by right */
    bool cut_short; /* the look ended for want of time: who was not found may well be visible */
};

/* Sets verdict, evidence and through of every holder of the observation. */
void judge(const struct judge_context *context, struct observation *observation);

/*
 * Does this holder, once judged, make the claim hopeless for as long as it stays? Everybody does
 * who will not be stopped, but for those that end with a stale one.
 */
bool judge_blocks(const struct holder *holder);

/* May this holder, once judged, share a port with us (OPERATION_SHARE), and is none of our affair?
 */
bool judge_is_rightful(const struct holder *holder);

/* The first that blocks, or NULL. */
const struct holder *judge_find_blocker(const struct observation *observation);

/* It, or else the first holder; NULL when there is nobody. */
const struct holder *judge_find_main(const struct observation *observation);

#endif
