/*
 * sighting: what stands on one endpoint, judged: from the viewpoint, and as the next instance of
 * the holder's own service would judge it.
 */
#ifndef PORTCLAIM_SIGHTING_H
#define PORTCLAIM_SIGHTING_H

#include "command/look.h"
#include "core/report.h"
#include "viewpoint.h"

/* What one would think of a holder, and do to it. */
struct opinion {
    enum verdict verdict;
    enum evidence evidence;
    enum action action; /* WOULD_ASK, SPARED, BREAKER or WAIT */
    int32_t through;    /* as in struct holder */
};

/* About 1 MiB, of which few pages are touched: for the heap. */
struct sighting {
    struct request request;
    bool exactly; /* as a row of a listing: only who holds this very endpoint is shown */
    struct observation observation; /* its handles are closed */
    struct opinion ours[OBSERVATION_HOLDERS];
    bool has_successor;
    struct opinion successors[OBSERVATION_HOLDERS];
    uint32_t lingering[TCP_STATES]; /* sockets without a process */
    bool blind;                     /* nothing was seen, and there may be something */
    struct breaker_memory memory;
};

/*
 * Looks at the endpoint and judges. `candidates`: NULL for everybody. Environment and settings say
 * the same here as they would to a claim.
 */
void sighting_take(struct sighting *sighting, const struct endpoint *endpoint,
                   const struct look_candidates *candidates, const struct settings *settings,
                   const struct viewpoint *viewpoint);

/* Does anything stand in the way, as far as was seen? */
bool sighting_is_held(const struct sighting *sighting);

/* Does this holder belong to what is shown? */
bool sighting_shows(const struct sighting *sighting, const struct holder *holder);

/* "listening", "bound", "connected". */
const char *sighting_state(const struct holder *holder);

/* "ESTABLISHED", "TIME_WAIT" ..., "?" */
const char *sighting_tcp_state(enum tcp_state tcp_state);

#endif
