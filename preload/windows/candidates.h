/*
 * candidates: processes that are open for one look, each opened once.
 */
#ifndef PORTCLAIM_WINDOWS_CANDIDATES_H
#define PORTCLAIM_WINDOWS_CANDIDATES_H

#include "snapshot.h"

enum { CANDIDATES = 1024 };

#define CANDIDATE_ABSENT UINT64_MAX /* as `created`: not in the snapshot */

struct candidate {
    int32_t pid;
    uint64_t created; /* as the snapshot says, after candidates_date() */
    int64_t handle;   /* signals_open(); HANDLE_NONE: not permitted, or a holder's by now */
    bool searched;    /* its handles were looked at */
};

struct candidates {
    uint32_t count;
    struct candidate list[CANDIDATES];
};

struct candidate *candidates_find(struct candidates *candidates, int32_t pid);

/* Opens it unless it is open already. NULL when there are too many. */
struct candidate *candidates_open(struct candidates *candidates, int32_t pid);

void candidates_date(struct candidates *candidates, const struct snapshot *snapshot);

void candidates_close(struct candidates *candidates);

#endif
