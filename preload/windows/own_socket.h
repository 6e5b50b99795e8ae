/*
 * own_socket: a socket of our own, to claim an endpoint without a server.
 */
#ifndef PORTCLAIM_WINDOWS_OWN_SOCKET_H
#define PORTCLAIM_WINDOWS_OWN_SOCKET_H

#include "host.h"

struct own_socket {
    SOCKET socket;
    struct sockaddr_storage address;
    int length;
};

/*
 * Opens a socket that can be bound to the endpoint, and that no child inherits. "Every address" on
 * a machine without IPv6 becomes every address of IPv4. False, and WSAGetLastError(), when there is
 * none. After WSAStartup.
 */
bool own_socket_open(struct own_socket *own, struct endpoint *endpoint);

/*
 * Makes its bind() the host's call, with the request. Both outlive the claim. A bind that would
 * succeed beside another one's socket (sharing.h) waits for the end of that one.
 */
void own_socket_attach(struct own_socket *own, struct windows_host *windows_host);

void own_socket_close(struct own_socket *own);

#endif
