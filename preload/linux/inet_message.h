/*
 * inet_message: what one answer of sock_diag(7) says of a socket.
 */
#ifndef PORTCLAIM_INET_MESSAGE_H
#define PORTCLAIM_INET_MESSAGE_H

#include "core/obstacles.h"

#include <linux/inet_diag.h>

typedef void (*inet_message_take)(void *context, const struct inet_diag_msg *message,
                                  const struct socket *socket);

/*
 * Reads the message, of `length` bytes with its attributes, at least its own size. `protocol` is
 * the one that was asked for (IPPROTO_TCP, which shows MPTCP's sockets as well, _UDP, _SCTP). Shows
 * the socket to `take`: once, for SCTP once for each of its addresses; not at all a connection that
 * goes with a socket already shown.
 */
void inet_message_read(const struct inet_diag_msg *message, size_t length, int protocol,
                       inet_message_take take, void *context);

#endif
