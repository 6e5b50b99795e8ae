/*
 * host: the table of core/host.h for Windows.
 */
#ifndef PORTCLAIM_WINDOWS_HOST_H
#define PORTCLAIM_WINDOWS_HOST_H

#include "core/claim.h"
#include "holders.h"
#include "state.h"
#include "system.h"

/*
 * One claim's memory, mapped for it alone: zeroed, and for the most part never touched. The caller
 * says in `attempt` how its call is made again.
 */
struct windows_host {
    const struct settings *settings;
    struct request request;
    /* The caller's own call: 0, or the error it failed with. */
    int (*attempt)(void *attempt_context);
    void *attempt_context;
    int error;        /* of the last attempt; before the first one, the caller's */
    bool would_share; /* the call would succeed beside a holder, so it waits for the holder's end */

    bool stderr_is_open; /* when the claim began */
    struct state state;
    struct host host;
    struct claim claim;
    struct holders_workspace workspace;
};

/* NULL when there is no memory. */
struct windows_host *host_create(const struct settings *settings);
void host_destroy(struct windows_host *windows_host);

/* What an error of bind() or listen() means to the core; 0: none. */
enum attempt host_meaning_of(int error);

/*
 * The caller's call once, as the claim makes it: not at all while it would share the address with
 * somebody.
 */
enum attempt host_try(struct windows_host *windows_host);

/* After request and attempt have been filled in. */
enum claim_result host_claim(struct windows_host *windows_host);

#endif
