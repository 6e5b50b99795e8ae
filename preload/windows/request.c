#include "request.h"

#include <string.h>

static int ask_option(SOCKET socket, int level, int option)
{
    int value = 0;
    int length = sizeof(value);
    return getsockopt(socket, level, option, (char *)&value, &length) != 0 ? 0 : value;
}

/* In these two families a stream is TCP and datagrams are UDP; raw sockets have no ports. */
static bool describe_protocol(SOCKET socket, struct endpoint *endpoint)
{
    switch (ask_option(socket, SOL_SOCKET, SO_TYPE)) {
    case SOCK_STREAM:
        endpoint->protocol = PROTOCOL_TCP;
        return true;
    case SOCK_DGRAM:
        endpoint->protocol = PROTOCOL_UDP;
        return true;
    default:
        return false;
    }
}

static void describe_ipv4(const struct sockaddr_in *address, struct endpoint *endpoint)
{
    endpoint_set_ipv4(endpoint, &address->sin_addr, ntohs(address->sin_port));
}

/* IPV6_V6ONLY is on unless it was taken off: IPPROTO_IPV6 Socket Options, learn.microsoft.com */
static void describe_ipv6(SOCKET socket, const struct sockaddr_in6 *address,
                          struct endpoint *endpoint)
{
    endpoint_set_ipv6(endpoint, &address->sin6_addr, ntohs(address->sin6_port),
                      address->sin6_scope_id);
    endpoint->ipv6_only = ask_option(socket, IPPROTO_IPV6, IPV6_V6ONLY) != 0;
}

bool request_describe(SOCKET socket, enum operation operation, const struct sockaddr *address,
                      int length, struct request *request)
{
    memset(request, 0, sizeof(*request));
    request->operation = operation;
    if (address == NULL)
        return false;
    if (address->sa_family == AF_INET && length >= (int)sizeof(struct sockaddr_in))
        describe_ipv4((const struct sockaddr_in *)address, &request->endpoint);
    else if (address->sa_family == AF_INET6 && length >= (int)sizeof(struct sockaddr_in6))
        describe_ipv6(socket, (const struct sockaddr_in6 *)address, &request->endpoint);
    else
        return false;
    return request->endpoint.port != 0 && describe_protocol(socket, &request->endpoint);
}

bool request_describe_bound(SOCKET socket, enum operation operation, struct request *request)
{
    struct sockaddr_storage address;
    int length = sizeof(address);
    return getsockname(socket, (struct sockaddr *)&address, &length) == 0 &&
           request_describe(socket, operation, (struct sockaddr *)&address, length, request);
}

int request_address(const struct endpoint *endpoint, struct sockaddr_storage *address)
{
    memset(address, 0, sizeof(*address));
    if (endpoint->family == FAMILY_IPV4) {
        struct sockaddr_in *ipv4 = (struct sockaddr_in *)address;
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(endpoint->port);
        memcpy(&ipv4->sin_addr, endpoint->address, sizeof(ipv4->sin_addr));
        return sizeof(*ipv4);
    }
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)address;
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_port = htons(endpoint->port);
    ipv6->sin6_scope_id = endpoint->device;
    memcpy(&ipv6->sin6_addr, endpoint->address, sizeof(ipv6->sin6_addr));
    return sizeof(*ipv6);
}
