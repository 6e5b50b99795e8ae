#include "claiming.h"

#include "host.h"
#include "memory.h"
#include "next.h"
#include "request.h"
#include "sharing.h"

/* The program's own call, to be made again. */
struct call {
    SOCKET socket;
    const struct sockaddr *address;
    int length;
    int backlog;
};

static int bind_again(void *context)
{
    const struct call *call = context;
    return next_bind(call->socket, call->address, call->length) == 0 ? 0 : WSAGetLastError();
}

static int listen_again(void *context)
{
    const struct call *call = context;
    return next_listen(call->socket, call->backlog) == 0 ? 0 : WSAGetLastError();
}

static bool is_set(SOCKET socket, int option)
{
    int value = 0;
    int length = sizeof(value);
    return getsockopt(socket, SOL_SOCKET, option, (char *)&value, &length) == 0 && value != 0;
}

static bool is_obstructed(const struct request *request)
{
    struct holders_workspace *workspace = memory_map(sizeof(*workspace));
    bool obstructed = workspace != NULL && holders_obstruct(workspace, request);
    memory_unmap(workspace, sizeof(*workspace));
    return obstructed;
}

/*
 * One question for the bind() of a server that does not ask to share: SO_EXCLUSIVEADDRUSE need not
 * be told from the default, which hides nobody of the same address either. UDP sockets share a port
 * on purpose: for multicast.
 */
bool claiming_would_share(const struct settings *settings, SOCKET socket,
                          const struct sockaddr *address, int length)
{
    struct request request;
    struct sharing_socket ours = {
        .sharing = is_set(socket, SO_REUSEADDR) ? SHARING_ALLOWED : SHARING_DEFAULT,
    };
    if (!sharing_hides_equal(ours) ||
        !request_describe(socket, OPERATION_BIND, address, length, &request))
        return false;
    return request.endpoint.protocol != PROTOCOL_UDP &&
           settings_allow_port(settings, request.endpoint.port) && is_obstructed(&request);
}

bool claiming_is_cause(int error)
{
    return claim_begins_with(host_meaning_of(error));
}

/* Lost, a call that would share the address is made nevertheless, as without us. */
static int run(struct windows_host *windows_host)
{
    switch (host_claim(windows_host)) {
    case CLAIM_WON:
        return 0;
    case CLAIM_LOST:
        if (windows_host->would_share)
            return windows_host->attempt(windows_host->attempt_context);
        break;
    case CLAIM_FAILED:
        break;
    }
    return windows_host->error;
}

static int claim(const struct settings *settings, const struct request *request,
                 int (*again)(void *context), struct call *call, int error)
{
    struct windows_host *windows_host = host_create(settings);
    if (windows_host == NULL)
        return error != 0 ? error : again(call);
    windows_host->request = *request;
    windows_host->attempt = again;
    windows_host->attempt_context = call;
    windows_host->would_share = error == 0;
    windows_host->error = error;
    error = run(windows_host);
    host_destroy(windows_host);
    return error;
}

int claiming_bind(const struct settings *settings, SOCKET socket, const struct sockaddr *address,
                  int length, int error)
{
    struct call call = {.socket = socket, .address = address, .length = length};
    struct request request;
    if (!request_describe(socket, OPERATION_BIND, address, length, &request) ||
        !settings_allow_port(settings, request.endpoint.port))
        return error != 0 ? error : bind_again(&call);
    return claim(settings, &request, bind_again, &call, error);
}

int claiming_listen(const struct settings *settings, SOCKET socket, int backlog, int error)
{
    struct call call = {.socket = socket, .backlog = backlog};
    struct request request;
    if (!request_describe_bound(socket, OPERATION_LISTEN, &request) ||
        !settings_allow_port(settings, request.endpoint.port))
        return error;
    return claim(settings, &request, listen_again, &call, error);
}
