/*
 * state: what processes that claim the same port share: a lock, and the breaker's memory.
 *
 * One file a port in a directory of the user's own, mode 0700. A directory or file that belongs to
 * somebody else, is open to others, or is a symbolic link is not used.
 */
#ifndef PORTCLAIM_STATE_H
#define PORTCLAIM_STATE_H

#include "core/host.h"
#include "core/settings.h"

struct state {
    const char *directory; /* "": /run/portclaim for root, /tmp/portclaim-UID for others */
    int file;              /* open while the lock is held; NO_DESCRIPTOR otherwise */
};

/*
 * $XDG_RUNTIME_DIR/portclaim, where `environment` has one and PORTCLAIM_STATE_DIR did not say
 * otherwise.
 */
void state_prefer_runtime_directory(struct settings *settings, char *const *environment);

enum lock state_lock(struct state *state, const struct request *request);
void state_unlock(struct state *state);
void state_recall(const struct state *state, const struct request *request,
                  struct breaker_memory *memory);
void state_remember(const struct state *state, const struct breaker_memory *memory);

#endif
