/*
 * host: the table of core/host.h for Linux.
 */
#ifndef PORTCLAIM_LINUX_HOST_H
#define PORTCLAIM_LINUX_HOST_H

#include "core/claim.h"
#include "core/history.h"
#include "holders.h"
#include "state.h"

/* Another process's, for whom this one claims: as history_take() has this process's own. */
struct host_history {
    bool is_taken;
    struct claim_history history;
};

/*
 * One claim's memory, mapped for it alone: zeroed, and for the most part never touched. The caller
 * says in `attempt` how its call is made again, and for which socket.
 */
struct linux_host {
    const struct settings *settings;
    /*
     * Who claims: host.self_pid, which is this process unless the caller says another. With
     * `imagined` it is what this process is going to be (processes_imagine()).
     */
    const struct process *imagined;
    struct host_history *history; /* NULL: this process's own */
    struct request request;
    int socket;
    /* The caller's own call: 0, or the errno it failed with. */
    int (*attempt)(void *attempt_context);
    void *attempt_context;
    int error; /* of the last attempt that failed otherwise than with EADDRINUSE */

    bool stderr_is_open; /* when the claim began */
    struct state state;
    struct host host;
    struct claim claim;
    struct holders_workspace workspace;
};

/* NULL when there is no memory. */
struct linux_host *host_create(const struct settings *settings);
void host_destroy(struct linux_host *linux_host);

/* After request, socket and attempt have been filled in. */
enum claim_result host_claim(struct linux_host *linux_host);

#endif
