/*
 * made_up_host: a host without a system, for tests of a whole claim. Its clock stands still but for
 * what is waited; it has a lock, no memory, and writes nothing.
 */
#ifndef PORTCLAIM_TEST_MADE_UP_HOST_H
#define PORTCLAIM_TEST_MADE_UP_HOST_H

#include "scene.h"

#include "core/claim.h"

/* The first member of a test's own world. */
struct made_up_world {
    struct scene *scene;
    uint64_t now_ms;
};

static inline uint64_t made_up_now_ms(void *context)
{
    return ((struct made_up_world *)context)->now_ms;
}

static inline bool made_up_reuse_address(void *context)
{
    (void)context;
    return false;
}

static inline void made_up_wait(void *context, const int64_t *handles, bool *ended, uint32_t count,
                                uint64_t milliseconds)
{
    (void)handles, (void)ended, (void)count;
    ((struct made_up_world *)context)->now_ms += milliseconds;
}

static inline void made_up_close(void *context, int64_t handle)
{
    (void)context, (void)handle;
}

static inline enum lock made_up_lock(void *context, const struct request *request)
{
    (void)context, (void)request;
    return LOCK_TAKEN;
}

static inline void made_up_unlock(void *context)
{
    (void)context;
}

static inline void made_up_recall(void *context, const struct request *request,
                                  struct breaker_memory *memory)
{
    (void)context, (void)request;
    memory->count = 0;
}

static inline void made_up_remember(void *context, const struct request *request,
                                    const struct breaker_memory *memory)
{
    (void)context, (void)request, (void)memory;
}

static inline void made_up_write(void *context, const char *line, size_t length)
{
    (void)context, (void)line, (void)length;
}

static inline const char *made_up_stop_name(void *context, enum stop how)
{
    (void)context;
    return how == STOP_ASK ? "asking" : "forcing";
}

/* Over a world that begins with a made_up_world; attempt, observe and stop are the test's. */
static inline struct host made_up_host(void *world)
{
    return (struct host){
        .context = world,
        .self_pid = SELF_PID,
        .now_ms = made_up_now_ms,
        .wall_clock_ms = made_up_now_ms,
        .reuse_address = made_up_reuse_address,
        .wait = made_up_wait,
        .close = made_up_close,
        .lock = made_up_lock,
        .unlock = made_up_unlock,
        .recall = made_up_recall,
        .remember = made_up_remember,
        .write = made_up_write,
        .stop_name = made_up_stop_name,
    };
}

#endif
