#include "unix_sockets.h"

#include "socket_dump.h"
#include "unix_path.h"

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

enum {
    SHOW_USER = 0x40,   /* UDIAG_SHOW_UID, linux/unix_diag.h, Linux 5.3 */
    ATTRIBUTE_USER = 7, /* UNIX_DIAG_UID */
    MINOR_BITS = 20,    /* of a device's number inside the kernel: linux/kdev_t.h */
};

/* ---- understanding ---- */

/*
 * A connection never keeps a name taken that was accepted from a listener, and one that was bound
 * to its own is a client; but a datagram socket that is connected still receives, and the kernel
 * shows a server's as connected when a client is (unix_dgram_connect()).
 */
static bool is_bound(const struct unix_diag_msg *message, enum socket_state *state)
{
    *state = message->udiag_state == TCP_LISTEN ? SOCKET_LISTENING : SOCKET_BOUND;
    return message->udiag_ino != 0 &&
           (message->udiag_type == SOCK_DGRAM || message->udiag_state == TCP_LISTEN ||
            message->udiag_state == TCP_CLOSE);
}

static void read_name(const struct unix_diag_msg *message, size_t length, struct endpoint *local)
{
    size_t size = 0;
    const char *name =
        socket_dump_attribute(message, sizeof(*message), length, UNIX_DIAG_NAME, &size);
    endpoint_set_unix(local, name == NULL ? "" : name, name == NULL ? 0 : size);
}

static void read_file(const struct unix_diag_msg *message, size_t length, struct endpoint *local)
{
    struct unix_diag_vfs file;
    size_t size = 0;
    const void *value =
        socket_dump_attribute(message, sizeof(*message), length, UNIX_DIAG_VFS, &size);
    if (value == NULL || size < sizeof(file))
        return;
    memcpy(&file, value, sizeof(file));
    local->path.inode = file.udiag_vfs_ino;
    local->path.device = (uint64_t)(file.udiag_vfs_dev >> MINOR_BITS) << 32 |
                         (file.udiag_vfs_dev & ((1U << MINOR_BITS) - 1));
}

/* A kernel that does not tell the user tells of nobody that is ours. */
static uint32_t read_user(const struct unix_diag_msg *message, size_t length)
{
    uint32_t user = UINT32_MAX;
    size_t size = 0;
    const void *value =
        socket_dump_attribute(message, sizeof(*message), length, ATTRIBUTE_USER, &size);
    if (value != NULL && size >= sizeof(user))
        memcpy(&user, value, sizeof(user));
    return user;
}

/* Another's, whose file has as much of its number in common as is told. */
static bool is_namesake(const struct endpoint *server, const struct endpoint *wanted)
{
    return endpoint_is_path(server) && endpoint_conflicts(server, wanted) &&
           unix_path_leads_elsewhere(server, wanted);
}

/* ---- asking ---- */

struct collection {
    const struct request *request;
    struct obstacles *obstacles;
};

static bool take_answer(void *context, const void *answer, size_t length)
{
    const struct collection *collection = context;
    const struct unix_diag_msg *message = answer;
    struct socket socket = {0};
    if (length < sizeof(*message))
        return false;
    if (!is_bound(message, &socket.state))
        return true;
    socket.inode = message->udiag_ino;
    socket.owner_user = read_user(message, length);
    read_name(message, length, &socket.local);
    read_file(message, length, &socket.local);
    if (!is_namesake(&socket.local, &collection->request->endpoint))
        obstacles_add(collection->obstacles, collection->request, &socket);
    return true;
}

static bool ask(const struct collection *collection, char *buffer)
{
    const struct {
        struct nlmsghdr header;
        struct unix_diag_req question;
    } request = {
        .header = {.nlmsg_len = sizeof(request),
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .question = {.sdiag_family = AF_UNIX,
                     .udiag_states = UINT32_MAX,
                     .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | SHOW_USER},
    };
    int netlink = socket_dump_open();
    bool asked = netlink >= 0 && socket_dump_run(netlink, &request, sizeof(request), buffer,
                                                 take_answer, (void *)collection);
    socket_dump_close(netlink);
    return asked;
}

/* ---- what nobody of this network namespace is bound to ---- */

static const char *obstruction_of(enum unix_path path)
{
    switch (path) {
    case UNIX_PATH_BOUND:
        return "a server is bound to this path that is not seen from here (another network "
               "namespace, or a file system like btrfs, of which the kernel does not tell it): "
               "stop it, or choose another path";
    case UNIX_PATH_NO_SOCKET:
        return "what stands there is no socket, and stays: move it away, or choose another path";
    case UNIX_PATH_ANOTHER_USERS:
        return "another user's socket stands there, which only that user may claim: remove it, or "
               "stop its server, as that user";
    case UNIX_PATH_SHARED:
        return "a path stands there that nobody of this machine is seen to serve, but its file "
               "system may be another machine's as well: remove it by hand if its server is gone";
    case UNIX_PATH_UNCLEAR:
        return "it cannot be told whether a server is bound to the path that stands there (a "
               "filter of system calls, a security module, no /proc?): nothing is removed";
    case UNIX_PATH_MISSING:
    case UNIX_PATH_LEFT:
        break;
    }
    return NULL;
}

/* False when it takes sock_diag to know who is in the way. */
static bool look_at_path(struct request *request, struct obstacles *obstacles)
{
    enum unix_path path = unix_path_look(&request->endpoint);
    struct socket left = {.state = SOCKET_CLOSABLE, .local = request->endpoint};
    obstacles->obstruction = obstruction_of(path);
    if (path == UNIX_PATH_LEFT)
        obstacles_add(obstacles, request, &left);
    return path != UNIX_PATH_BOUND;
}

/* The file is looked up each time: a new server has a new one. */
bool unix_sockets_look_up(const struct request *request, struct obstacles *obstacles, char *buffer)
{
    struct request now = *request;
    struct collection collection = {&now, obstacles};
    obstacles_start(obstacles);
    if (endpoint_is_path(&now.endpoint))
        unix_path_identify(&now.endpoint);
    bool asked = ask(&collection, buffer);
    if (obstacles->count > 0 || endpoint_is_abstract(&now.endpoint))
        return asked;
    return look_at_path(&now, obstacles) || asked;
}
