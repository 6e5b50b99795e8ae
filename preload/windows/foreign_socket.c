#include "foreign_socket.h"

#include "native.h"

#include <string.h>

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

static bool ask(HANDLE duplicate, int level, int option, ULONG wine_question, int *value)
{
    int length = sizeof(*value);
    if (getsockopt((SOCKET)duplicate, level, option, (char *)value, &length) == 0)
        return true;
    return WSAGetLastError() == WSAENOTSOCK && native_is_wine() &&
           native_ask_device(duplicate, wine_question, value, sizeof(*value));
}

static bool ask_type(HANDLE duplicate, int *type)
{
    struct wine_kind kind = {0};
    int length = sizeof(*type);
    if (getsockopt((SOCKET)duplicate, SOL_SOCKET, SO_TYPE, (char *)type, &length) == 0)
        return true;
    if (WSAGetLastError() != WSAENOTSOCK || !native_is_wine() ||
        !native_ask_device(duplicate, WINE_KIND, &kind, sizeof(kind)))
        return false;
    *type = kind.type;
    return true;
}

static void ask_peer(HANDLE duplicate, struct endpoint *peer)
{
    struct sockaddr_storage address;
    int length = sizeof(address);
    memset(&address, 0, sizeof(address));
    if (getpeername((SOCKET)duplicate, (struct sockaddr *)&address, &length) == 0 ||
        (WSAGetLastError() == WSAENOTSOCK && native_is_wine() &&
         native_ask_device(duplicate, WINE_PEER, &address, sizeof(address))))
        (void)owners_read_address(&address, peer);
}

static bool ask_name(HANDLE duplicate, struct endpoint *local)
{
    struct sockaddr_storage address;
    int length = sizeof(address);
    memset(&address, 0, sizeof(address));
    return getsockname((SOCKET)duplicate, (struct sockaddr *)&address, &length) == 0 &&
           owners_read_address(&address, local);
}

bool foreign_socket_read(HANDLE duplicate, const struct endpoint *wanted,
                         struct owned_socket *owned)
{
    bool udp = wanted->protocol == PROTOCOL_UDP;
    int type = 0;
    int value = 0;
    memset(owned, 0, sizeof(*owned));
    owned->local.protocol = udp ? PROTOCOL_UDP : PROTOCOL_TCP;
    owned->peer.protocol = owned->local.protocol;
    if (!ask_name(duplicate, &owned->local) ||
        (wanted->port != 0 && owned->local.port != wanted->port) || !ask_type(duplicate, &type) ||
        type != (udp ? SOCK_DGRAM : SOCK_STREAM))
        return false;
    if (owned->local.family == FAMILY_IPV6)
        owned->local.ipv6_only =
            ask(duplicate, IPPROTO_IPV6, IPV6_V6ONLY, WINE_IPV6_ONLY, &value) && value != 0;
    owned->listens =
        !udp && ask(duplicate, SOL_SOCKET, SO_ACCEPTCONN, WINE_LISTENS, &value) && value != 0;
    if (!udp && !owned->listens)
        ask_peer(duplicate, &owned->peer);
    /* The inode of Linux: without it two sockets on one address, one after the other, look alike.
     */
    if (native_is_wine())
        owned->number = native_file_number(duplicate);
    return true;
}
