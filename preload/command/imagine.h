/*
 * imagine: a process that is not there, for the sake of how it would judge others.
 */
#ifndef PORTCLAIM_IMAGINE_H
#define PORTCLAIM_IMAGINE_H

#include "core/holder.h"

/*
 * Makes of *self, which is this process, what it would be had it been started with this command
 * line, which is split as a shell of the system does it. False when it cannot be: *why says so, in
 * static memory.
 */
bool imagine_command(const char *command, struct process *self, const char **why);

/* Fills in ancestors_in_unit, which is known of nobody but the caller's own process. */
void imagine_unit(struct process *self);

#endif
