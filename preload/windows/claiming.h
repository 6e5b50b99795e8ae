/*
 * claiming: a failed call of the program's becomes a claim.
 */
#ifndef PORTCLAIM_WINDOWS_CLAIMING_H
#define PORTCLAIM_WINDOWS_CLAIMING_H

#include "core/settings.h"
#include "system.h"

/*
 * With SO_REUSEADDR, Windows lets a second socket share the port of a living one, which then gets
 * some of the connections (sharing.h): such a bind() is claimed before it is made. False when
 * nobody else's socket stands there. Last-error may change.
 */
bool claiming_would_share(const struct settings *settings, SOCKET socket,
                          const struct sockaddr *address, int length);

/* Does a call that failed with this error become a claim? */
bool claiming_is_cause(int error);

/*
 * Claims the address for a bind() that failed with `error`; 0 when it would share the address.
 * Returns 0 or the error to give up with. Last-error may change.
 */
int claiming_bind(const struct settings *settings, SOCKET socket, const struct sockaddr *address,
                  int length, int error);

/* Likewise for listen(), whose socket was bound before. */
int claiming_listen(const struct settings *settings, SOCKET socket, int backlog, int error);

#endif
