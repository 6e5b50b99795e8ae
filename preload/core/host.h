/*
 * host: what the core needs of an operating system, as a table of functions.
 *
 * A host observes and acts; it decides nothing. Every function takes the host's own context first.
 * Times are milliseconds on one clock that only goes forward and that counts suspended time; where
 * it begins is the host's affair.
 */
#ifndef PORTCLAIM_HOST_H
#define PORTCLAIM_HOST_H

#include "breaker.h"
#include "holder.h"
#include "obstacles.h"

enum attempt {
    ATTEMPT_DONE, /* the call succeeded */
    ATTEMPT_BUSY, /* the address is in use */
    /*
     * It may be in use: the system has one error for that and for an address that it gives to
     * nobody. The host keeps it for its caller.
     */
    ATTEMPT_REFUSED,
    ATTEMPT_FAILED, /* any other error; the host keeps it for its caller */
};

enum stop {
    STOP_ASK,   /* the asking signal, and what wakes a stopped process to receive it */
    STOP_FORCE, /* SIGKILL, TerminateProcess */
};

enum delivery {
    DELIVERY_SENT,
    DELIVERY_UNASKABLE, /* it takes nothing that asks; nothing was sent */
    DELIVERY_GONE,      /* it ended before */
    DELIVERY_DENIED,    /* not permitted */
    DELIVERY_FAILED,    /* impossible for another reason; nothing was sent */
};

enum lock {
    LOCK_TAKEN,
    LOCK_BUSY,        /* another process is claiming this endpoint */
    LOCK_UNAVAILABLE, /* there is nowhere to keep a lock; the claim goes on without */
};

struct host {
    void *context;
    int32_t self_pid;

    uint64_t (*now_ms)(void *context);
    uint64_t (*wall_clock_ms)(void *context); /* since 1970, for the record */

    /* The caller's own call on the caller's own socket, once more. */
    enum attempt (*attempt)(void *context);

    /* Sets SO_REUSEADDR on the caller's socket; true when that changed something. Never for UDP. */
    bool (*reuse_address)(void *context);

    /*
     * Who stands in the way of the request? Not later than deadline_ms (a host checks its clock
     * between any two processes); what was not read by then leaves `complete` false. Looked into
     * are the processes of our own program, of which its relatives are enough when they hold every
     * socket, and the descendants of those that hold one; then, with `thorough` or while any socket
     * is still without a holder, every single other one. Each holder's handle is open and belongs
     * to the caller. Handles are opened before anything about the process is read and checked
     * afterwards, so that all of it belongs to one process and not to the next of the same PID.
     */
    void (*observe)(void *context, const struct request *request, uint64_t deadline_ms,
                    bool thorough, struct observation *observation);

    /*
     * Signals exactly the process that the handle was opened for, never a later one. Where that is
     * not what stop_name() says, *name becomes the system's name of what it was sent.
     */
    enum delivery (*stop)(void *context, int64_t handle, enum stop how, const char **name);

    /*
     * Sleeps until one of the processes has ended, a signal handler ran, or the time is over. Sets
     * ended[i] for those that have ended (never clears it); entries already set are not waited for.
     */
    void (*wait)(void *context, const int64_t *handles, bool *ended, uint32_t count,
                 uint64_t milliseconds);

    void (*close)(void *context, int64_t handle);

    /* Between two processes that claim the same endpoint. Never blocks. */
    enum lock (*lock)(void *context, const struct request *request);
    void (*unlock)(void *context);

    /*
     * The breaker's memory of the endpoint. `recall` works with and without the lock and gives an
     * empty memory when there is none; `remember` needs the lock and replaces the memory.
     */
    void (*recall)(void *context, const struct request *request, struct breaker_memory *memory);
    void (*remember)(void *context, const struct request *request,
                     const struct breaker_memory *memory);

    /*
     * Closes the sockets of SOCKET_CLOSABLE in the way of the request, or removes the path that one
     * left. False when that is not permitted, or the path is another's by now.
     */
    bool (*close_lingering)(void *context, const struct request *request);

    /* One message, whole, with its newline. */
    void (*write)(void *context, const char *line, size_t length);

    /*
     * The system's name of the asking signal, such as "SIGTERM", and of the forcing one; of all
     * that may come into question, before it is sent. Static memory, as stop()'s.
     */
    const char *(*stop_name)(void *context, enum stop how);
};

#endif
