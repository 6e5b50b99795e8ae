#include "own_socket.h"

#include "request.h"
#include "system.h"
#include "unix_path.h"

#include <errno.h>
#include <netinet/in.h>

static int open_socket(const struct endpoint *endpoint)
{
    static const int families[] = {
        [FAMILY_IPV4] = AF_INET,
        [FAMILY_IPV6] = AF_INET6,
        [FAMILY_UNIX] = AF_UNIX,
    };
    int type = (endpoint->protocol == PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC;
    int number = endpoint->protocol == PROTOCOL_SCTP ? IPPROTO_SCTP : 0;
    return (int)SYSTEM(socket, families[endpoint->family], type, number);
}

/* Every address of one device is not every address: without it, holders on others would be stale.
 */
static int set_options(int socket, const struct endpoint *endpoint)
{
    const int ipv6_only = endpoint->ipv6_only;
    long result = 0;
    if (endpoint->family == FAMILY_IPV6)
        result =
            SYSTEM(setsockopt, socket, IPPROTO_IPV6, IPV6_V6ONLY, &ipv6_only, sizeof(ipv6_only));
    if (result == 0 && endpoint->device != 0)
        result = SYSTEM(setsockopt, socket, SOL_SOCKET, SO_BINDTOIFINDEX, &endpoint->device,
                        sizeof(endpoint->device));
    return (int)result;
}

int own_socket_open(struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
    int socket = open_socket(endpoint);
    if (socket == -EAFNOSUPPORT && endpoint_is_wildcard(endpoint)) {
        endpoint->family = FAMILY_IPV4;
        socket = open_socket(endpoint);
    }
    if (socket < 0)
        return socket;
    int result = set_options(socket, endpoint);
    if (result < 0) {
        (void)SYSTEM(close, socket);
        return result;
    }
    *length = request_address(endpoint, address);
    return socket;
}

int own_socket_bind(int socket, const struct endpoint *endpoint,
                    const struct sockaddr_storage *address, socklen_t length)
{
    if (endpoint_is_path(endpoint))
        return unix_path_try(endpoint);
    return (int)-SYSTEM(bind, socket, address, length);
}
