/*
 * state: what processes that claim the same port share: a lock, and the breaker's memory.
 *
 * The memory is one file a port in a directory of the user's own. A directory or file that others
 * own or can write to, that is a link, or that lies on another machine is not used (security.h).
 * The lock is a named mutex, which bears the identity of that directory: whoever shares the one
 * shares the other. A mutex belongs to a thread: the same one locks and unlocks. When its process
 * ended without giving it back, the next one has it (WAIT_ABANDONED).
 */
#ifndef PORTCLAIM_WINDOWS_STATE_H
#define PORTCLAIM_WINDOWS_STATE_H

#include "core/host.h"
#include "core/settings.h"
#include "system.h"

struct state {
    const char *directory; /* of the settings (path.h); "": there is none */
    HANDLE mutex;          /* while the lock is held, else NULL */
    HANDLE file;           /* likewise, else INVALID_HANDLE_VALUE */
};

/*
 * %LOCALAPPDATA%\portclaim, where `environment` has one and PORTCLAIM_STATE_DIR did not say
 * otherwise.
 */
void state_prefer_user_directory(struct settings *settings, char *const *environment);

enum lock state_lock(struct state *state, const struct request *request);
void state_unlock(struct state *state);
void state_recall(const struct state *state, const struct request *request,
                  struct breaker_memory *memory);
void state_remember(const struct state *state, const struct breaker_memory *memory);

#endif
