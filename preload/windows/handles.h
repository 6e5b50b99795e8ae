/*
 * handles: which sockets on a port some processes have open, by the list of all handles
 * (NtQuerySystemInformation, class 64) and a duplicate of each that may be a socket.
 *
 * A handle of a pipe that somebody reads at this moment makes every question about it wait for that
 * reader, be it only for its kind or its name, and sockets cannot be told from pipes in the list.
 * So a thread of its own asks for its name; where it does not come back it is left behind (it ends
 * when the pipe has spoken), and another goes on with the next handle.
 */
#ifndef PORTCLAIM_WINDOWS_HANDLES_H
#define PORTCLAIM_WINDOWS_HANDLES_H

#include "owners.h"

enum { HANDLES_FOUND = 512, HANDLES_SERVING = 64 };

/* A process to look into, opened with PROCESS_DUP_HANDLE. */
struct handles_process {
    int32_t pid;
    HANDLE handle;
};

struct handles_found {
    uint32_t unanswered; /* handles, which may be of pipes, or of sockets on a machine under load */
    uint32_t count;
    struct {
        int32_t pid;
        struct owned_socket socket;
    } sockets[HANDLES_FOUND];
    uint32_t serving_count; /* see `serving_wanted` */
    int32_t serving[HANDLES_SERVING];
};

/*
 * Fills in the sockets of these processes that are bound to the protocol and port of the endpoint;
 * with `serving_wanted` also which of them listen on another port, as many as fit.
 * False when not every handle was asked: the list could not be had, too many handles did not
 * answer or were sockets, or deadline_ms of the clock came; what was found until then is there.
 * True also when a few did not answer: whether that matters is said by what is still sought.
 */
bool handles_search(const struct handles_process *processes, uint32_t count,
                    const struct endpoint *wanted, bool serving_wanted, uint64_t deadline_ms,
                    struct handles_found *found);

#endif
