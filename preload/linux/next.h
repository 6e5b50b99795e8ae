/*
 * next: the definitions of bind() and listen() behind ours, libc's or another preload's.
 */
#ifndef PORTCLAIM_NEXT_H
#define PORTCLAIM_NEXT_H

#include <sys/socket.h>

typedef int bind_function(int socket, const struct sockaddr *address, socklen_t length);
typedef int listen_function(int socket, int backlog);

/* Finds both; called early, so that the later calls have nothing left to look up. */
void next_resolve(void);

bind_function *next_bind(void);
listen_function *next_listen(void);

#endif
