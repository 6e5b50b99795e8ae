#include "interpose.h"

#include "host.h"
#include "next.h"
#include "request.h"
#include "startup.h"
#include "system.h"

#include <errno.h>

#define EXPORT __attribute__((visibility("default")))

/* The program's own call, to be made again. */
struct call {
    int socket;
    const struct sockaddr *address;
    socklen_t length;
    int backlog;
};

static int bind_again(void *context)
{
    const struct call *call = context;
    return next_bind()(call->socket, call->address, call->length) == 0 ? 0 : errno;
}

static int listen_again(void *context)
{
    const struct call *call = context;
    return next_listen()(call->socket, call->backlog) == 0 ? 0 : errno;
}

static int claim(const struct settings *settings, const struct request *request,
                 int (*again)(void *context), struct call *call)
{
    struct linux_host *linux_host = host_create(settings, startup_runtime_directory());
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

int interpose_claim_bind(const struct settings *settings, int socket,
                         const struct sockaddr *address, socklen_t length)
{
    struct call call = {.socket = socket, .address = address, .length = length};
    struct request request;
    if (!request_describe(socket, OPERATION_BIND, address, length, &request) ||
        !settings_allow_port(settings, request.endpoint.port))
        return EADDRINUSE;
    return claim(settings, &request, bind_again, &call);
}

int interpose_claim_listen(const struct settings *settings, int socket, int backlog)
{
    struct call call = {.socket = socket, .backlog = backlog};
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    struct request request;
    if (SYSTEM(getsockname, socket, &address, &length) < 0 ||
        !request_describe(socket, OPERATION_LISTEN, (struct sockaddr *)&address, length,
                          &request) ||
        !settings_allow_port(settings, request.endpoint.port))
        return EADDRINUSE;
    return claim(settings, &request, listen_again, &call);
}

/* Success leaves errno as it was: some programs (libuv) read it after a call that succeeded. */
static int answer(int error, int entry_errno)
{
    errno = error == 0 ? entry_errno : error;
    return error == 0 ? 0 : -1;
}

EXPORT int bind(int socket, const struct sockaddr *address, socklen_t length)
{
    int entry_errno = errno;
    int result = next_bind()(socket, address, length);
    if (result == 0 || errno != EADDRINUSE)
        return result;
    const struct settings *settings = startup_settings();
    if (settings == NULL)
        return result;
    return answer(interpose_claim_bind(settings, socket, address, length), entry_errno);
}

/*
 * With PORTCLAIM_PORTS the port has to be asked for first; without, it is one call and no more.
 */
static bool may_touch(const struct settings *settings, int socket)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    struct request request;
    if (settings->port_count == 0)
        return true;
    return SYSTEM(getsockname, socket, &address, &length) >= 0 &&
           request_describe(socket, OPERATION_LISTEN, (struct sockaddr *)&address, length,
                            &request) &&
           settings_allow_port(settings, request.endpoint.port);
}

/*
 * A socket gets past TIME_WAIT only if both it and the one that left it had SO_REUSEADDR, so it is
 * set for the next restart's sake. In listen() and not in bind(): here the socket is known to be a
 * stream without a call to ask, which matters because on UDP it would share the port. Accepted
 * connections, and the TIME_WAIT they leave, have it from their listener: sk_clone_lock() and
 * tcp_time_wait() in the kernel, seen on 6.18.
 */
static void protect_next_restart(int socket)
{
    const int on = 1;
    const struct settings *settings = startup_settings();
    if (settings != NULL && settings->reuse_address && settings->mode == MODE_ON &&
        may_touch(settings, socket))
        (void)SYSTEM(setsockopt, socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

EXPORT int listen(int socket, int backlog)
{
    int entry_errno = errno;
    protect_next_restart(socket);
    int result = next_listen()(socket, backlog);
    if (result == 0 || errno != EADDRINUSE)
        return result;
    const struct settings *settings = startup_settings();
    if (settings == NULL)
        return result;
    return answer(interpose_claim_listen(settings, socket, backlog), entry_errno);
}
