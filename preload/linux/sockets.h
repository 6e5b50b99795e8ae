/*
 * sockets: which sockets stand on a port. By sock_diag(7), in the caller's own network namespace;
 * where a hardened unit has no AF_NETLINK, by /proc/net. Unix sockets: unix_sockets.h.
 */
#ifndef PORTCLAIM_SOCKETS_H
#define PORTCLAIM_SOCKETS_H

#include "listeners.h"
#include "socket_dump.h"

enum { SOCKETS_BUFFER_SIZE = SOCKET_DUMP_BUFFER_SIZE };

/*
 * Fills `obstacles` with what is in the way of the request, and `listeners` if connections had to
 * be looked at. `buffer` has SOCKETS_BUFFER_SIZE bytes, aligned as by malloc. False when the kernel
 * could not be asked in full. When it could, but only by /proc/net, *gap says what that lacks; else
 * it is left alone.
 */
bool sockets_look_up(const struct request *request, struct obstacles *obstacles,
                     struct listeners *listeners, char *buffer, const char **gap);

/* A socket as a listing shows it. */
struct listed_socket {
    struct socket socket;
    int tcp_state;        /* TCP_LISTEN ... of netinet/tcp.h, which SCTP's states are numbers of;
                             UDP: TCP_CLOSE or TCP_ESTABLISHED */
    struct endpoint peer; /* port 0: none */
};

/*
 * Shows every socket of TCP (MPTCP included), UDP or SCTP on the port (0: any), with `connections`
 * those that have a peer or had one as well. False when sock_diag could not be asked in full.
 */
bool sockets_list(enum protocol protocol, uint16_t port, bool connections, char *buffer,
                  void (*take)(void *context, const struct listed_socket *listed), void *context);

/*
 * Closes the TIME_WAIT and FIN_WAIT2 sockets in the way that no process holds: sock_diag's
 * SOCK_DESTROY, which needs CAP_NET_ADMIN; or removes the path that a Unix socket left
 * (unix_path.h). False when any of them could not be closed.
 */
bool sockets_close_lingering(const struct request *request, char *buffer);

#endif
