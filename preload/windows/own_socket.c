#include "own_socket.h"

#include "request.h"

static SOCKET open_socket(const struct endpoint *endpoint)
{
    int family = endpoint->family == FAMILY_IPV6 ? AF_INET6 : AF_INET;
    int type = endpoint->protocol == PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM;
    return WSASocketW(family, type, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

static bool set_options(SOCKET socket, const struct endpoint *endpoint)
{
    const int off = 0;
    return endpoint->family != FAMILY_IPV6 ||
           setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&off, sizeof(off)) == 0;
}

SOCKET own_socket_open(struct endpoint *endpoint, struct sockaddr_storage *address, int *length)
{
    SOCKET socket = open_socket(endpoint);
    if (socket == INVALID_SOCKET && WSAGetLastError() == WSAEAFNOSUPPORT &&
        endpoint_is_wildcard(endpoint)) {
        endpoint->family = FAMILY_IPV4;
        socket = open_socket(endpoint);
    }
    if (socket == INVALID_SOCKET)
        return socket;
    if (!set_options(socket, endpoint)) {
        (void)closesocket(socket);
        return INVALID_SOCKET;
    }
    *length = request_address(endpoint, address);
    return socket;
}
