/*
 * holders: from a request to the processes that stand in its way.
 *
 * The sockets are found in a moment; finding their processes is what takes time, a link to read for
 * every descriptor of every process. So relatives that run our program are looked into first; while
 * a socket is still without a holder, every process of our program; then the descendants of those
 * that hold one, and everybody while a socket is still without a holder. Who else has a socket
 * whose holder was found, without being born to it (SCM_RIGHTS, unix(7)), is seen by a thorough
 * look only.
 */
#ifndef PORTCLAIM_HOLDERS_H
#define PORTCLAIM_HOLDERS_H

#include "children.h"
#include "core/host.h"
#include "sockets.h"

/* Memory for one observation; the caller's. */
struct holders_workspace {
    struct obstacles obstacles;
    struct listeners listeners;
    bool held[OBSTACLES_SOCKETS]; /* of each obstacle: a holder was found */
    struct children family;
    struct process ancestor; /* see family.h */
    _Alignas(16) char buffer[SOCKETS_BUFFER_SIZE];
};

/* As host.observe. `label_wanted`: see processes_read(). */
void holders_observe(struct holders_workspace *workspace, const struct request *request,
                     uint64_t deadline_ms, bool thorough, bool label_wanted,
                     struct observation *observation);

struct owner {
    uint64_t inode; /* of a socket */
    int32_t pid;    /* of a process that has it open */
};

/*
 * Who may hold a socket, for a caller that has looked into every process already: it asks for many
 * endpoints, and a server with hundreds of threads or sockets is not searched again for each.
 */
struct holders_candidates {
    const int32_t *pids;
    uint32_t count;
    const struct owner *owners; /* all there are */
    size_t owner_count;
};

/*
 * As holders_observe(), with labels, but looks into nobody but the candidates; `owners` says what
 * they have open.
 */
void holders_observe_among(struct holders_workspace *workspace, const struct request *request,
                           uint64_t deadline_ms, const struct holders_candidates *candidates,
                           struct observation *observation);

#endif
