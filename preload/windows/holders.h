/*
 * holders: from a request to the processes that stand in its way.
 *
 * The tables name a process for nearly every socket. Whom they name and who was not open yet is
 * opened, and then the tables are asked again: what they say of an opened process is of that very
 * one, for its PID is nobody else's while it is open. The list of all handles is asked only where
 * that leaves a question: a socket whose process is not named or has ended, and holders with
 * children, which may have inherited it.
 */
#ifndef PORTCLAIM_WINDOWS_HOLDERS_H
#define PORTCLAIM_WINDOWS_HOLDERS_H

#include "candidates.h"
#include "core/host.h"
#include "handles.h"
#include "owners.h"

/* Memory for one observation; the caller's. */
struct holders_workspace {
    struct obstacles obstacles;
    struct owners owners;
    bool held[OBSTACLES_SOCKETS]; /* of each obstacle: a holder was found, or it is none */
    struct snapshot snapshot;
    struct candidates candidates;
    struct handles_process searched[CANDIDATES];
    struct handles_found found;
};

/*
 * As host.observe, but `thorough` is no more than usual: whoever else shares a socket is looked for
 * among our own program's processes and the descendants of its holders in any case, and looking
 * into strangers' handles while the socket has a holder is not worth what it may wait for (see
 * handles.h). `label_wanted`: see processes_read().
 */
void holders_observe(struct holders_workspace *workspace, const struct request *request,
                     uint64_t deadline_ms, bool thorough, bool label_wanted,
                     struct observation *observation);

/*
 * As holders_observe(), with labels, for one who looks for others than its own program and has the
 * time: where the tables know of nothing on the port, everybody's handles are gone through for a
 * socket that they do not list, which is one of TCP that is bound and does not listen. Whose
 * handles are closed to us is passed over.
 */
void holders_observe_unlisted(struct holders_workspace *workspace, const struct request *request,
                              uint64_t deadline_ms, struct observation *observation);

/*
 * Does another process's socket stand in the way, listening or bound? By the tables alone, for a
 * call that Windows would let succeed beside it. True also when they cannot be had.
 */
bool holders_obstruct(struct holders_workspace *workspace, const struct request *request);

#endif
