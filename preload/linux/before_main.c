#include "before_main.h"

#include "claiming.h"
#include "next.h"
#include "request.h"
#include "system.h"

#include <errno.h>
#include <netinet/in.h>

static int open_socket(const struct endpoint *endpoint)
{
    int family = endpoint->family == FAMILY_IPV6 ? AF_INET6 : AF_INET;
    int type = (endpoint->protocol == PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC;
    return (int)SYSTEM(socket, family, type, 0);
}

/* Every address of one device is not every address: without it, holders on others would be stale.
 */
static bool set_options(int socket, const struct endpoint *endpoint)
{
    const int off = 0;
    if (endpoint->family == FAMILY_IPV6 &&
        SYSTEM(setsockopt, socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0)
        return false;
    return endpoint->device == 0 || SYSTEM(setsockopt, socket, SOL_SOCKET, SO_BINDTOIFINDEX,
                                           &endpoint->device, sizeof(endpoint->device)) == 0;
}

/* "Every address" on a machine without IPv6 is every address of IPv4. */
static int open_socket_for(struct endpoint *endpoint)
{
    int socket = open_socket(endpoint);
    if (socket == -EAFNOSUPPORT && endpoint_is_wildcard(endpoint)) {
        endpoint->family = FAMILY_IPV4;
        socket = open_socket(endpoint);
    }
    return socket;
}

static void claim_entry(const struct settings *settings, const char *entry)
{
    struct endpoint endpoint;
    struct sockaddr_storage address;
    const char *error;
    if (!endpoint_parse(entry, &endpoint, &error))
        return; /* settings_read() has refused it already */
    int socket = open_socket_for(&endpoint);
    if (socket < 0)
        return;
    socklen_t length = request_address(&endpoint, &address);
    if (set_options(socket, &endpoint) && SYSTEM(bind, socket, &address, length) == -EADDRINUSE)
        (void)claiming_bind(settings, socket, (struct sockaddr *)&address, length);
    (void)SYSTEM(close, socket);
}

static void remove_variable(char **environment, const char *name)
{
    char **kept = environment;
    for (char **entry = environment; *entry != NULL; entry++) {
        if (!text_starts_with(*entry, name))
            *kept++ = *entry;
    }
    *kept = NULL;
}

void before_main_claim(const struct settings *settings, char **environment)
{
    char entry[SETTINGS_LIST_SIZE];
    const char *cursor = settings->claim;
    int entry_errno = errno;
    remove_variable(environment, "PORTCLAIM_CLAIM=");
    while (settings_next_entry(&cursor, entry, sizeof(entry)))
        claim_entry(settings, entry);
    errno = entry_errno;
}
