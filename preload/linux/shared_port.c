#include "shared_port.h"

#include "files.h"
#include "own_socket.h"
#include "system.h"

#include <errno.h>
#include <sys/socket.h>

/* Refused as another user's it would say nothing. */
static bool belongs_to(int socket, uint32_t user)
{
    struct file file;
    unsigned mode = 0;
    uint32_t owner = 0;
    return files_identify(socket, "", AT_EMPTY_PATH, &file, &mode, &owner) && owner == user;
}

static bool share(int socket)
{
    const int on = 1;
    return SYSTEM(setsockopt, socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0;
}

bool shared_port_is_possible(const struct endpoint *endpoint, uint32_t user)
{
    struct endpoint own = *endpoint;
    struct sockaddr_storage address;
    socklen_t length;
    int socket = own_socket_open(&own, &address, &length);
    bool refused = socket >= 0 && belongs_to(socket, user) && share(socket) &&
                   own_socket_bind(socket, &own, &address, length) == EADDRINUSE;
    files_close(socket);
    return !refused;
}
