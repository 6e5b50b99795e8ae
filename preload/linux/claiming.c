#include "claiming.h"

#include "host.h"
#include "next.h"
#include "own_socket.h"
#include "request.h"
#include "system.h"

#include <errno.h>

/* The program's own call, to be made again. */
struct call {
    int socket;
    const struct sockaddr *address;
    socklen_t length;
    int backlog;
    const struct endpoint *endpoint; /* of a socket of our own */
};

static int bind_again(void *context)
{
    const struct call *call = context;
    return next_bind()(call->socket, call->address, call->length) == 0 ? 0 : errno;
}

static int bind_own_again(void *context)
{
    const struct call *call = context;
    return own_socket_bind(call->socket, call->endpoint,
                           (const struct sockaddr_storage *)call->address, call->length);
}

static int listen_again(void *context)
{
    const struct call *call = context;
    return next_listen()(call->socket, call->backlog) == 0 ? 0 : errno;
}

static int claim(const struct settings *settings, const struct request *request,
                 int (*again)(void *context), struct call *call)
{
    struct linux_host *linux_host = host_create(settings);
    if (linux_host == NULL)
        return EADDRINUSE;
    linux_host->request = *request;
    linux_host->socket = call->socket;
    linux_host->attempt = again;
    linux_host->attempt_context = call;
    enum claim_result result = host_claim(linux_host);
    int error = result == CLAIM_FAILED ? linux_host->error : EADDRINUSE;
    host_destroy(linux_host);
    return result == CLAIM_WON ? 0 : error;
}

/* The call was made, and is not made again. */
static int never(void *context)
{
    (void)context;
    return 0;
}

void claiming_share(const struct settings *settings, int socket)
{
    struct call call = {.socket = socket};
    struct request request;
    if (request_describe_shared(socket, &request) &&
        settings_allow_port(settings, request.endpoint.port))
        (void)claim(settings, &request, never, &call);
}

static int claim_address(const struct settings *settings, int (*again)(void *context),
                         struct call *call)
{
    struct request request;
    if (!request_describe(call->socket, OPERATION_BIND, call->address, call->length, &request) ||
        !settings_allow_endpoint(settings, &request.endpoint))
        return EADDRINUSE;
    return claim(settings, &request, again, call);
}

int claiming_bind(const struct settings *settings, int socket, const struct sockaddr *address,
                  socklen_t length)
{
    struct call call = {.socket = socket, .address = address, .length = length};
    if (address->sa_family == AF_UNIX && !settings_allow_some_unix(settings))
        return EADDRINUSE;
    return claim_address(settings, bind_again, &call);
}

int claiming_own(const struct settings *settings, int socket, const struct endpoint *endpoint,
                 const struct sockaddr_storage *address, socklen_t length)
{
    struct call call = {.socket = socket,
                        .address = (const struct sockaddr *)address,
                        .length = length,
                        .endpoint = endpoint};
    return claim_address(settings, bind_own_again, &call);
}

int claiming_listen(const struct settings *settings, int socket, int backlog)
{
    struct call call = {.socket = socket, .backlog = backlog};
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    struct request request;
    if (SYSTEM(getsockname, socket, &address, &length) < 0 ||
        !request_describe(socket, OPERATION_LISTEN, (struct sockaddr *)&address, length,
                          &request) ||
        !settings_allow_endpoint(settings, &request.endpoint))
        return EADDRINUSE;
    return claim(settings, &request, listen_again, &call);
}
