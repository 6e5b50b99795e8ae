#include "foreign_socket.h"

#include "afd.h"
#include "native.h"

#include <string.h>

/* ---- Wine's driver ---- */

#define WINE_QUESTION(number)                                                                      \
    (0x120000U | (number) << 2) /* FILE_DEVICE_NETWORK, METHOD_BUFFERED                            \
                                 */

enum {
    WINE_PEER = WINE_QUESTION(216U),      /* IOCTL_AFD_WINE_GETPEERNAME: sockaddr */
    WINE_KIND = WINE_QUESTION(218U),      /* ..._GET_INFO: family, type, protocol */
    WINE_LISTENS = WINE_QUESTION(219U),   /* ..._GET_SO_ACCEPTCONN: int */
    WINE_IPV6_ONLY = WINE_QUESTION(279U), /* ..._GET_IPV6_V6ONLY: int */
};

struct wine_kind {
    int family;
    int type;
    int protocol;
};

static int ask_wine_type(HANDLE duplicate)
{
    struct wine_kind kind = {0};
    return native_ask_device(duplicate, WINE_KIND, &kind, sizeof(kind)) ? kind.type : -1;
}

static bool ask_wine_flag(HANDLE duplicate, ULONG question)
{
    int value = 0;
    return native_ask_device(duplicate, question, &value, sizeof(value)) && value != 0;
}

/* Only a socket has a name: nothing else is asked of a handle that may be anything. */
static bool ask_wine(HANDLE duplicate, struct afd_socket *socket)
{
    int length = sizeof(socket->local);
    memset(socket, 0, sizeof(*socket));
    if (getsockname((SOCKET)duplicate, (struct sockaddr *)&socket->local, &length) != 0)
        return false;
    socket->type = ask_wine_type(duplicate);
    socket->listens = socket->type == SOCK_STREAM && ask_wine_flag(duplicate, WINE_LISTENS);
    socket->ipv6_only =
        socket->local.ss_family == AF_INET6 && ask_wine_flag(duplicate, WINE_IPV6_ONLY);
    if (socket->type != SOCK_STREAM || socket->listens ||
        !native_ask_device(duplicate, WINE_PEER, &socket->peer, sizeof(socket->peer)))
        socket->peer.ss_family = 0;
    return true;
}

/* ---- either ---- */

bool foreign_socket_is_understood(SOCKET own, int type)
{
    HANDLE handle = (HANDLE)own;
    return (native_is_wine() ? ask_wine_type(handle) : afd_read_type(handle)) == type;
}

bool foreign_socket_read(HANDLE duplicate, const struct endpoint *wanted,
                         struct owned_socket *owned)
{
    bool udp = wanted->protocol == PROTOCOL_UDP;
    bool wine = native_is_wine();
    struct afd_socket socket;
    memset(owned, 0, sizeof(*owned));
    owned->local.protocol = udp ? PROTOCOL_UDP : PROTOCOL_TCP;
    owned->peer.protocol = owned->local.protocol;
    if (!(wine ? ask_wine(duplicate, &socket) : afd_read(duplicate, &socket)) ||
        socket.type != (udp ? SOCK_DGRAM : SOCK_STREAM) ||
        !owners_read_address(&socket.local, &owned->local) ||
        (wanted->port != 0 && owned->local.port != wanted->port))
        return false;
    owned->local.ipv6_only = owned->local.family == FAMILY_IPV6 && socket.ipv6_only;
    owned->listens = !udp && socket.listens;
    if (!udp && !owned->listens)
        (void)owners_read_address(&socket.peer, &owned->peer);
    /* The inode of Linux: without it two sockets on one address, one after the other, look alike.
     */
    if (wine)
        owned->number = native_file_number(duplicate);
    return true;
}
