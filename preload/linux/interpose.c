/*
 * interpose: the two functions that the object exports. Each makes the call that it was asked for;
 * only a failure with EADDRINUSE goes any further, and with PORTCLAIM_REUSEPORT a success.
 */
#include "claiming.h"
#include "next.h"
#include "request.h"
#include "startup.h"
#include "system.h"

#include <errno.h>

#define EXPORT __attribute__((visibility("default")))

/*
 * Who else has a part of the port is to go (PORTCLAIM_REUSEPORT). A stream has no part before it
 * listens, a datagram socket has from its bind on.
 */
static void end_sharing(const struct settings *settings, int socket, int type)
{
    int actual = 0;
    socklen_t length = sizeof(actual);
    if (SYSTEM(getsockopt, socket, SOL_SOCKET, SO_TYPE, &actual, &length) == 0 && actual == type)
        claiming_share(settings, socket);
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
    if (result != 0 && errno != EADDRINUSE)
        return result;
    const struct settings *settings = startup_settings();
    if (settings == NULL)
        return result;
    if (result != 0)
        result = answer(claiming_bind(settings, socket, address, length), entry_errno);
    if (result == 0 && settings->reuse_port)
        end_sharing(settings, socket, SOCK_DGRAM);
    return result;
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
static void protect_next_restart(const struct settings *settings, int socket)
{
    const int on = 1;
    if (settings->reuse_address && settings->mode == MODE_ON && may_touch(settings, socket))
        (void)SYSTEM(setsockopt, socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

EXPORT int listen(int socket, int backlog)
{
    int entry_errno = errno;
    const struct settings *settings = startup_settings();
    if (settings == NULL)
        return next_listen()(socket, backlog);
    bool joins = settings->reuse_port && !request_listens(socket);
    protect_next_restart(settings, socket);
    int result = next_listen()(socket, backlog);
    if (result != 0 && errno == EADDRINUSE)
        result = answer(claiming_listen(settings, socket, backlog), entry_errno);
    if (result == 0 && joins)
        end_sharing(settings, socket, SOCK_STREAM);
    return result;
}
