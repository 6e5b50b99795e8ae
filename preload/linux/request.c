#include "request.h"

#include "files.h"
#include "system.h"
#include "unix_path.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262 /* netinet/in.h, glibc 2.32 */
#endif

static int ask_option(int socket, int level, int option)
{
    int value = 0;
    socklen_t length = sizeof(value);
    return SYSTEM(getsockopt, socket, level, option, &value, &length) < 0 ? 0 : value;
}

static bool describe_protocol(int socket, struct endpoint *endpoint)
{
    switch (ask_option(socket, SOL_SOCKET, SO_PROTOCOL)) {
    case IPPROTO_TCP:
        endpoint->protocol = PROTOCOL_TCP;
        return true;
    case IPPROTO_MPTCP:
        endpoint->protocol = PROTOCOL_MPTCP;
        return true;
    case IPPROTO_UDP:
        endpoint->protocol = PROTOCOL_UDP;
        return true;
    case IPPROTO_SCTP:
        endpoint->protocol = PROTOCOL_SCTP;
        return true;
    default:
        return false;
    }
}

static bool describe_ipv4(const struct sockaddr_in *address, struct endpoint *endpoint)
{
    endpoint_set_ipv4(endpoint, &address->sin_addr, ntohs(address->sin_port));
    return true;
}

static bool describe_ipv6(int socket, const struct sockaddr_in6 *address, struct endpoint *endpoint)
{
    endpoint_set_ipv6(endpoint, &address->sin6_addr, ntohs(address->sin6_port),
                      address->sin6_scope_id);
    endpoint->ipv6_only = ask_option(socket, IPPROTO_IPV6, IPV6_V6ONLY) != 0;
    return true;
}

/* Where neither a path nor an abstract name is given, the kernel chooses one that is free. */
static bool describe_unix(const struct sockaddr_un *address, socklen_t length,
                          struct request *request)
{
    const socklen_t start = offsetof(struct sockaddr_un, sun_path);
    if (length <= start || request->operation != OPERATION_BIND)
        return false;
    endpoint_set_unix(&request->endpoint, address->sun_path, length - start);
    if (endpoint_is_path(&request->endpoint))
        unix_path_identify(&request->endpoint);
    return request->endpoint.path.length > 0;
}

static bool describe_address(int socket, const struct sockaddr *address, socklen_t length,
                             struct endpoint *endpoint)
{
    if (address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in))
        return describe_ipv4((const struct sockaddr_in *)address, endpoint);
    if (address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6))
        return describe_ipv6(socket, (const struct sockaddr_in6 *)address, endpoint);
    return false;
}

static bool describe_internet(int socket, const struct sockaddr *address, socklen_t length,
                              struct endpoint *endpoint)
{
    endpoint->device = (uint32_t)ask_option(socket, SOL_SOCKET, SO_BINDTOIFINDEX);
    return describe_address(socket, address, length, endpoint) && endpoint->port != 0 &&
           describe_protocol(socket, endpoint);
}

bool request_describe(int socket, enum operation operation, const struct sockaddr *address,
                      socklen_t length, struct request *request)
{
    struct file file;
    unsigned mode = 0;
    memset(request, 0, sizeof(*request));
    request->operation = operation;
    if (address->sa_family == AF_UNIX
            ? !describe_unix((const struct sockaddr_un *)address, length, request)
            : !describe_internet(socket, address, length, &request->endpoint))
        return false;
    if (files_identify(socket, "", AT_EMPTY_PATH, &file, &mode, NULL))
        request->own_inode = file.inode;
    return true;
}

static bool is_group(const struct sockaddr_storage *address)
{
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;
    return address->ss_family == AF_INET ? IN_MULTICAST(ntohl(ipv4->sin_addr.s_addr))
                                         : IN6_IS_ADDR_MULTICAST(&ipv6->sin6_addr);
}

bool request_describe_shared(int socket, struct request *request)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    return ask_option(socket, SOL_SOCKET, SO_REUSEPORT) != 0 &&
           SYSTEM(getsockname, socket, &address, &length) >= 0 &&
           request_describe(socket, OPERATION_SHARE, (struct sockaddr *)&address, length,
                            request) &&
           (request->endpoint.protocol != PROTOCOL_UDP ||
            (ask_option(socket, SOL_SOCKET, SO_REUSEADDR) == 0 && !is_group(&address)));
}

bool request_listens(int socket)
{
    return ask_option(socket, SOL_SOCKET, SO_ACCEPTCONN) != 0;
}

socklen_t request_address(const struct endpoint *endpoint, struct sockaddr_storage *address)
{
    memset(address, 0, sizeof(*address));
    if (endpoint->family == FAMILY_UNIX) {
        struct sockaddr_un *unix_address = (struct sockaddr_un *)address;
        unix_address->sun_family = AF_UNIX;
        memcpy(unix_address->sun_path, endpoint->path.bytes, endpoint->path.length);
        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + endpoint->path.length +
                           (endpoint_is_path(endpoint) ? 1 : 0));
    }
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
