#include "inet_message.h"

#include "socket_dump.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static enum socket_state tcp_state_of(const struct inet_diag_msg *message)
{
    switch (message->idiag_state) {
    case TCP_LISTEN:
        return SOCKET_LISTENING;
    case TCP_CLOSE:
        return SOCKET_BOUND;
    case TCP_TIME_WAIT:
        return SOCKET_CLOSABLE;
    case TCP_FIN_WAIT2:
        return message->idiag_inode == 0 ? SOCKET_CLOSABLE : SOCKET_CONNECTED;
    case TCP_FIN_WAIT1:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
        return message->idiag_inode == 0 ? SOCKET_SENDING : SOCKET_CONNECTED;
    default:
        return SOCKET_CONNECTED;
    }
}

/*
 * A one-to-many socket that does not listen is shown by its associations, in the state CLOSED: it
 * may be a client as well. One without a process still has something to deliver; SCTP has no
 * TIME_WAIT. One that is bound, without listening or associations, is not shown at all (6.1, 6.12).
 */
static enum socket_state sctp_state_of(const struct inet_diag_msg *message)
{
    if (message->idiag_state == TCP_LISTEN)
        return SOCKET_LISTENING;
    return message->idiag_inode == 0 ? SOCKET_SENDING : SOCKET_CONNECTED;
}

/* Its value and length; NULL: there is none. */
static const char *find_attribute(const struct inet_diag_msg *message, size_t length, uint16_t type,
                                  size_t *size)
{
    return socket_dump_attribute(message, sizeof(*message), length, type, size);
}

/* IPV6_V6ONLY comes as an attribute of IPv6 sockets that listen or are bound. */
static bool has_ipv6_only(const struct inet_diag_msg *message, size_t length)
{
    size_t size;
    const char *value = find_attribute(message, length, INET_DIAG_SKV6ONLY, &size);
    return value != NULL && size > 0 && *value != 0;
}

static enum protocol protocol_named(int number)
{
    if (number == IPPROTO_UDP)
        return PROTOCOL_UDP;
    return number == IPPROTO_SCTP ? PROTOCOL_SCTP : PROTOCOL_TCP;
}

static struct socket understand(const struct inet_diag_msg *message, size_t length, int protocol)
{
    struct socket socket = {
        .inode = message->idiag_inode,
        .owner_user = message->idiag_uid,
        .state = protocol == IPPROTO_SCTP ? sctp_state_of(message) : tcp_state_of(message),
        .local = {.protocol = protocol_named(protocol),
                  .family = message->idiag_family == AF_INET6 ? FAMILY_IPV6 : FAMILY_IPV4,
                  .port = ntohs(message->id.idiag_sport),
                  .device = message->id.idiag_if,
                  .ipv6_only = has_ipv6_only(message, length)},
    };
    memcpy(socket.local.address, message->id.idiag_src, sizeof(socket.local.address));
    return socket;
}

/* A connection still waiting for accept() has no file yet: it goes with its listener. */
static bool waits(const struct inet_diag_msg *message)
{
    return message->idiag_inode == 0 &&
           (message->idiag_state == TCP_ESTABLISHED || message->idiag_state == TCP_CLOSE_WAIT);
}

static void set_address(const struct sockaddr_storage *address, uint16_t port,
                        struct endpoint *endpoint)
{
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;
    if (address->ss_family == AF_INET6)
        endpoint_set_ipv6(endpoint, &ipv6->sin6_addr, port, ipv6->sin6_scope_id);
    else
        endpoint_set_ipv4(endpoint, &((const struct sockaddr_in *)address)->sin_addr, port);
}

/*
 * A socket of SCTP can have several addresses (sctp_bindx(3)), which come as an attribute. What has
 * addresses of a peer as well is an association; its socket came before it: sctp_sock_dump() in
 * net/sctp/diag.c.
 */
static void take_addresses(const struct inet_diag_msg *message, size_t length,
                           struct socket *socket, inet_message_take take, void *context)
{
    size_t size = 0;
    struct sockaddr_storage address;
    if (find_attribute(message, length, INET_DIAG_PEERS, &size) != NULL)
        return;
    const char *addresses = find_attribute(message, length, INET_DIAG_LOCALS, &size);
    if (addresses == NULL)
        take(context, message, socket);
    for (; addresses != NULL && size >= sizeof(address); size -= sizeof(address)) {
        memcpy(&address, addresses, sizeof(address));
        set_address(&address, socket->local.port, &socket->local);
        take(context, message, socket);
        addresses += sizeof(address);
    }
}

void inet_message_read(const struct inet_diag_msg *message, size_t length, int protocol,
                       inet_message_take take, void *context)
{
    struct socket socket = understand(message, length, protocol);
    if (protocol == IPPROTO_SCTP)
        take_addresses(message, length, &socket, take, context);
    else if (!waits(message))
        take(context, message, &socket);
}
