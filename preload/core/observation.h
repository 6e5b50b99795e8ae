/*
 * observation: how a host writes down what it sees, for the core to read (holder.h).
 */
#ifndef PORTCLAIM_OBSERVATION_H
#define PORTCLAIM_OBSERVATION_H

#include "obstacles.h"

/* Nothing known but the PID. */
void observation_clear_process(struct process *process, int32_t pid);

/* Nobody seen yet, and nothing missed. `self` stays. */
void observation_start(struct observation *observation);

/* Something that could matter was not read; `gap` is for a message, in static memory. */
void observation_miss(struct observation *observation, const char *gap);

/* False, and something was missed, once the deadline has come. */
bool observation_in_time(struct observation *observation, uint64_t now_ms, uint64_t deadline_ms);

/* What nobody holds; false, and something was missed, when there were more sockets than fit. */
bool observation_take_obstacles(struct observation *observation, const struct obstacles *obstacles);

/*
 * Room for the next holder, without a socket and without a handle; it is counted by whoever fills
 * it in. NULL, and something was missed, when there is none.
 */
struct holder *observation_new_holder(struct observation *observation);

/* It holds that socket as well. */
void observation_give_socket(struct holder *holder, const struct socket *socket);

/* Somebody who is not seen holds the socket; one holder for each user is enough. */
void observation_add_invisible(struct observation *observation, const struct socket *socket);

#endif
