/*
 * own_claim: the claim of a command: what a server under portclaim does when its bind() fails, done
 * with a socket of the command's own.
 */
#ifndef PORTCLAIM_OWN_CLAIM_H
#define PORTCLAIM_OWN_CLAIM_H

#include "core/settings.h"
#include "wording.h"

enum own_claim_answer {
    OWN_CLAIM_FREE,   /* it can be bound */
    OWN_CLAIM_HELD,   /* it is in use, or may be */
    OWN_CLAIM_FAILED, /* own_claim_explain() says why */
};

struct own_claim; /* each system's own */

/*
 * Of the settings a copy is taken. "Every address" on a machine without IPv6 becomes every address
 * of IPv4, in *endpoint as well. Out of memory ends the process.
 */
struct own_claim *own_claim_open(const struct settings *settings, struct endpoint *endpoint);

/* Tries to bind it, and does nothing to anybody. */
enum own_claim_answer own_claim_try(struct own_claim *own_claim);

/*
 * After OWN_CLAIM_HELD, and only once: claims it, and tells of it as the settings say. HELD: it was
 * lost.
 */
enum own_claim_answer own_claim_run(struct own_claim *own_claim);

/* After OWN_CLAIM_FAILED: "permission denied; only root may bind it". */
void own_claim_explain(const struct own_claim *own_claim, struct wording *words);

void own_claim_close(struct own_claim *own_claim);

/*
 * What `portclaim free --help` says in the system's words: what it is for and how a holder can be
 * named, who is spared, how the others are stopped, and examples.
 */
extern const char own_claim_naming[];
extern const char own_claim_sparing[];
extern const char own_claim_stopping[];
extern const char own_claim_examples[];

/* NULL where there are systemd's units; elsewhere why --unit makes no sense, and what does. */
extern const char *const own_claim_no_units;

#endif
