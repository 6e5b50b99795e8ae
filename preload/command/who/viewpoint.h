/*
 * viewpoint: for whom holders are judged. What is stale to one service is a stranger to another.
 */
#ifndef PORTCLAIM_VIEWPOINT_H
#define PORTCLAIM_VIEWPOINT_H

#include "core/holder.h"

struct viewpoint {
    const char *command; /* NULL: a plain stranger, which is what this command itself is */
    struct process self;
};

/* Of a plain stranger, started here and now. */
void viewpoint_start(struct viewpoint *viewpoint);

/*
 * Of a command line, started here and now (imagine.h). False when it cannot be: *why, which is the
 * caller's by malloc(3), says so.
 */
bool viewpoint_take(struct viewpoint *viewpoint, const char *command, char **why);

/* Makes *self the next instance of the service whose main process this holder is. */
void viewpoint_succeed(const struct process *holder, uint64_t now_ms, struct process *self);

#endif
