/*
 * next: the bind() and listen() of ws2_32 behind our hooks.
 */
#ifndef PORTCLAIM_WINDOWS_NEXT_H
#define PORTCLAIM_WINDOWS_NEXT_H

#include "system.h"

typedef int WSAAPI bind_function(SOCKET socket, const struct sockaddr *address, int length);
typedef int WSAAPI listen_function(SOCKET socket, int backlog);

/* Set once, when the hooks are installed (hooks.h). */
extern bind_function *next_bind;
extern listen_function *next_listen;

#endif
