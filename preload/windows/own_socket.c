#include "own_socket.h"

#include "next.h"
#include "request.h"
#include "sharing.h"

/* ---- the socket ---- */

static SOCKET open_socket(const struct endpoint *endpoint)
{
    int family = endpoint->family == FAMILY_IPV6 ? AF_INET6 : AF_INET;
    int type = endpoint->protocol == PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM;
    return WSASocketW(family, type, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

/*
 * Neither SO_REUSEADDR, which would hide every holder, nor SO_EXCLUSIVEADDRUSE, to which even a
 * connection that an old instance has accepted is in the way: a server that asks for neither would
 * get the port.
 */
static bool set_options(SOCKET socket, const struct endpoint *endpoint)
{
    const int off = 0;
    return endpoint->family != FAMILY_IPV6 ||
           setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&off, sizeof(off)) == 0;
}

bool own_socket_open(struct own_socket *own, struct endpoint *endpoint)
{
    own->socket = open_socket(endpoint);
    if (own->socket == INVALID_SOCKET && WSAGetLastError() == WSAEAFNOSUPPORT &&
        endpoint_is_wildcard(endpoint)) {
        endpoint->family = FAMILY_IPV4;
        own->socket = open_socket(endpoint);
    }
    if (own->socket == INVALID_SOCKET)
        return false;
    if (!set_options(own->socket, endpoint)) {
        int error = WSAGetLastError();
        own_socket_close(own);
        WSASetLastError(error);
        return false;
    }
    own->length = request_address(endpoint, &own->address);
    return true;
}

void own_socket_close(struct own_socket *own)
{
    (void)closesocket(own->socket);
    own->socket = INVALID_SOCKET;
}

/* ---- its claim ---- */

static int bind_own(void *context)
{
    const struct own_socket *own = context;
    const struct sockaddr *address = (const struct sockaddr *)&own->address;
    return next_bind(own->socket, address, own->length) == 0 ? 0 : WSAGetLastError();
}

void own_socket_attach(struct own_socket *own, struct windows_host *windows_host)
{
    struct request *request = &windows_host->request;
    (void)request_describe(own->socket, OPERATION_BIND, (struct sockaddr *)&own->address,
                           own->length, request);
    const struct sharing_socket ours = {
        .sharing = SHARING_DEFAULT,
        .wildcard = endpoint_is_wildcard(&request->endpoint),
    };
    windows_host->attempt = bind_own;
    windows_host->attempt_context = own;
    windows_host->would_share = sharing_hides_any(ours);
}
