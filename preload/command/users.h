/*
 * users: whose a process or a socket is, in the system's words.
 */
#ifndef PORTCLAIM_USERS_H
#define PORTCLAIM_USERS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The name of process.user or socket.owner_user; for one without a name its number as text where
 * conventions.users_have_numbers, else "". Static memory, until the next call.
 */
const char *users_name(uint32_t user);

/* Does the system tell who created a socket? Else owner_user is no more than a guess. */
bool users_own_sockets(void);

/* How to see more, "look again as root"; NULL for who sees all there is to see. */
const char *users_see_more(void);

#endif
