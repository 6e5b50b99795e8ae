/*
 * errand: a call that may not come back in time, or not at all, made by a helper thread, which is
 * left behind then and ends when the call does.
 *
 * Not while the loader's lock is held (DllMain): no thread can start then, and no errand is done.
 */
#ifndef PORTCLAIM_WINDOWS_ERRAND_H
#define PORTCLAIM_WINDOWS_ERRAND_H

#include "system.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The first member of what the call works on and what it leaves there, a piece of memory of its own
 * (memory.h). It belongs to the helper and to who waits; the last one to let go frees it.
 */
struct errand {
    size_t size; /* of the whole piece */
    void (*run)(struct errand *errand);
    void (*clean)(struct errand *errand); /* before it is freed: what else is to be given back */
    LONG references;
};

/* NULL when there is no memory; else zero behind the errand, for the caller to fill in. */
struct errand *errand_new(size_t size, void (*run)(struct errand *errand),
                          void (*clean)(struct errand *errand));

/* True when the call has come back: then, and only then, what it left may be read. Once only. */
bool errand_run(struct errand *errand, uint64_t most_ms);

/* After errand_run() was false: is the call still to come, or to come back? */
bool errand_is_under_way(struct errand *errand);

void errand_let_go(struct errand *errand);

#endif
