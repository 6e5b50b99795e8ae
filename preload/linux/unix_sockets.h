/*
 * unix_sockets: which Unix sockets stand on a path or an abstract name, by sock_diag(7), in the
 * caller's own network namespace. /proc/net/unix would not do: it has the path as the server wrote
 * it, which says nothing of the file (chdir, mount namespaces, a new file of the same name).
 */
#ifndef PORTCLAIM_UNIX_SOCKETS_H
#define PORTCLAIM_UNIX_SOCKETS_H

#include "core/obstacles.h"

/* As sockets_look_up(), for a request of FAMILY_UNIX; what nobody is bound to is closable. */
bool unix_sockets_look_up(const struct request *request, struct obstacles *obstacles, char *buffer);

#endif
