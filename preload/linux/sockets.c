#include "sockets.h"

#include "inet_message.h"
#include "proc_net.h"
#include "shared_port.h"
#include "socket_dump.h"
#include "system.h"
#include "unix_path.h"
#include "unix_sockets.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

enum {
    STATE_BOUND_INACTIVE =
        13, /* net/tcp_states.h, Linux 6.8: bound, not listening; shown as CLOSE */
    STATES_LISTENING = 1 << TCP_LISTEN,
    STATES_BOUND = 1 << STATE_BOUND_INACTIVE,
    STATES_UNCONNECTED = 1 << TCP_CLOSE,
    STATES_CONNECTED = 1 << TCP_ESTABLISHED | 1 << TCP_SYN_SENT | 1 << TCP_FIN_WAIT1 |
                       1 << TCP_FIN_WAIT2 | 1 << TCP_TIME_WAIT | 1 << TCP_CLOSE_WAIT |
                       1 << TCP_LAST_ACK | 1 << TCP_CLOSING,
};

/* One question to the kernel. */
struct dump {
    int family;
    int protocol; /* IPPROTO_TCP, which shows MPTCP's sockets with their own inodes, IPPROTO_UDP or
                     IPPROTO_SCTP */
    uint32_t states;
    uint16_t port; /* 0: any */
};

struct dump_request {
    struct nlmsghdr header;
    struct inet_diag_req_v2 question;
};

/* ---- asking ---- */

/* The kernel's own filter for the port: inet_diag_dump_icsk() passes over every other. */
static struct dump_request question_of(const struct dump *dump)
{
    return (struct dump_request){
        .header = {.nlmsg_len = sizeof(struct dump_request),
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .question = {.sdiag_family = (uint8_t)dump->family,
                     .sdiag_protocol = (uint8_t)dump->protocol,
                     .idiag_states = dump->states,
                     .id = {.idiag_sport = htons(dump->port)}},
    };
}

/* ---- answers ---- */

struct taking {
    int protocol;
    inet_message_take take;
    void *context;
};

static bool take_answer(void *context, const void *answer, size_t length)
{
    const struct taking *taking = context;
    if (length < sizeof(struct inet_diag_msg))
        return false;
    inet_message_read(answer, length, taking->protocol, taking->take, taking->context);
    return true;
}

static bool run_dump(int netlink, const struct dump *dump, char *buffer, inet_message_take take,
                     void *context)
{
    struct dump_request question = question_of(dump);
    struct taking taking = {dump->protocol, take, context};
    return socket_dump_run(netlink, &question, sizeof(question), buffer, take_answer, &taking);
}

/* Both families: an IPv6 socket may hold IPv4's addresses as well. */
static bool dump_both_families(int netlink, struct dump *dump, char *buffer, inet_message_take take,
                               void *context)
{
    dump->family = AF_INET;
    if (!run_dump(netlink, dump, buffer, take, context))
        return false;
    dump->family = AF_INET6;
    return run_dump(netlink, dump, buffer, take, context) || !proc_net_has_ipv6();
}

/* ---- the stages ---- */

struct collection {
    const struct request *request;
    struct obstacles *obstacles;
    struct listeners *listeners;
};

static void take_obstacle(void *context, const struct inet_diag_msg *message,
                          const struct socket *socket)
{
    struct collection *collection = context;
    (void)message;
    obstacles_add(collection->obstacles, collection->request, socket);
}

static void take_listener(void *context, const struct inet_diag_msg *message,
                          const struct socket *socket)
{
    struct collection *collection = context;
    (void)message;
    listeners_add(collection->listeners, socket->inode);
}

static int number_of(enum protocol protocol)
{
    if (protocol == PROTOCOL_UDP)
        return IPPROTO_UDP;
    return protocol == PROTOCOL_SCTP ? IPPROTO_SCTP : IPPROTO_TCP;
}

static int protocol_of(const struct request *request)
{
    return number_of(request->endpoint.protocol);
}

/* Asked for TCP_CLOSE, which no socket of TCP shows, the kernel goes through all connections. */
static uint32_t serving_states(int protocol)
{
    return protocol == IPPROTO_TCP ? STATES_LISTENING : STATES_LISTENING | STATES_UNCONNECTED;
}

static bool wants_bound(const struct collection *collection)
{
    const struct request *request = collection->request;
    const struct obstacles *obstacles = collection->obstacles;
    enum bound_sockets wanted = obstacles_want_bound(obstacles, request);
    if (wanted != BOUND_WANTED_IF_SHARED)
        return wanted == BOUND_WANTED;
    return shared_port_is_possible(&request->endpoint, obstacles->sockets[0].owner_user);
}

static bool look_up_by_netlink(int netlink, struct collection *collection, char *buffer)
{
    const struct request *request = collection->request;
    struct dump dump = {.protocol = protocol_of(request), .port = request->endpoint.port};
    bool is_tcp = dump.protocol == IPPROTO_TCP;
    dump.states = serving_states(dump.protocol);
    if (!dump_both_families(netlink, &dump, buffer, take_obstacle, collection))
        return false;
    dump.states = STATES_BOUND;
    if (is_tcp && wants_bound(collection) &&
        !dump_both_families(netlink, &dump, buffer, take_obstacle, collection))
        return false;
    if (!obstacles_want_connections(collection->obstacles, request))
        return true;
    dump.states = STATES_CONNECTED;
    if (!dump_both_families(netlink, &dump, buffer, take_obstacle, collection))
        return false;
    dump.states = dump.protocol == IPPROTO_UDP ? STATES_UNCONNECTED : STATES_LISTENING;
    dump.port = 0;
    return dump_both_families(netlink, &dump, buffer, take_listener, collection);
}

bool sockets_look_up(const struct request *request, struct obstacles *obstacles,
                     struct listeners *listeners, char *buffer, const char **gap)
{
    struct collection collection = {request, obstacles, listeners};
    if (request->endpoint.family == FAMILY_UNIX) {
        listeners->count = 0;
        return unix_sockets_look_up(request, obstacles, buffer) && !obstacles->overflow;
    }
    bool sctp = request->endpoint.protocol == PROTOCOL_SCTP;
    obstacles_start(obstacles);
    listeners->count = 0;
    if (sctp && !proc_net_has_sctp())
        return true;
    int netlink = socket_dump_open();
    bool done = netlink >= 0 && look_up_by_netlink(netlink, &collection, buffer);
    socket_dump_close(netlink);
    if (!done && sctp) {
        *gap =
            "no sock_diag for SCTP here, so its holders are not known; load the module sctp_diag "
            "and allow AF_NETLINK (RestrictAddressFamilies=)";
    } else if (!done) {
        obstacles_start(obstacles);
        listeners->count = 0;
        done = proc_net_look_up(request, obstacles, listeners, buffer, SOCKETS_BUFFER_SIZE);
        *gap =
            "no sock_diag here, so /proc/net has to do, which lacks sockets that are bound and do "
            "not listen; allow AF_NETLINK (RestrictAddressFamilies=)";
    }
    return done && !obstacles->overflow;
}

/* ---- listing ---- */

struct listing {
    void (*take)(void *context, const struct listed_socket *listed);
    void *context;
};

static void take_listed(void *context, const struct inet_diag_msg *message,
                        const struct socket *socket)
{
    const struct listing *listing = context;
    struct listed_socket listed = {
        .socket = *socket,
        .tcp_state = message->idiag_state,
        .peer = {.protocol = socket->local.protocol,
                 .family = socket->local.family,
                 .port = ntohs(message->id.idiag_dport)},
    };
    memcpy(listed.peer.address, message->id.idiag_dst, sizeof(listed.peer.address));
    listing->take(listing->context, &listed);
}

bool sockets_list(enum protocol protocol, uint16_t port, bool connections, char *buffer,
                  void (*take)(void *context, const struct listed_socket *listed), void *context)
{
    struct listing listing = {take, context};
    struct dump dump = {.protocol = number_of(protocol), .port = port};
    dump.states = serving_states(dump.protocol) | STATES_BOUND;
    if (protocol == PROTOCOL_SCTP && !proc_net_has_sctp())
        return true;
    int netlink = socket_dump_open();
    if (connections)
        dump.states |= STATES_CONNECTED;
    bool done = netlink >= 0 && dump_both_families(netlink, &dump, buffer, take_listed, &listing);
    socket_dump_close(netlink);
    return done;
}

/* ---- closing what nobody holds ---- */

enum {
    ANSWER_SIZE = 512,
    MOST_ROUNDS = 16, /* a dump may pass over a socket when its neighbour is closed meanwhile */
};

struct leftovers {
    const struct request *request;
    int netlink; /* another one than that of the dump, which is still under way */
    uint32_t closed;
    bool refused;
};

/* True when it is closed now, by us or by the kernel before us. */
static bool destroy(int netlink, const struct inet_diag_msg *message)
{
    _Alignas(struct nlmsghdr) char answer[ANSWER_SIZE] = {0};
    struct dump_request request = {
        .header = {.nlmsg_len = sizeof(request),
                   .nlmsg_type = SOCK_DESTROY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
        .question = {.sdiag_family = message->idiag_family,
                     .sdiag_protocol = IPPROTO_TCP,
                     .idiag_states = UINT32_MAX,
                     .id = message->id},
    };
    if (SYSTEM(sendto, netlink, &request, sizeof(request), MSG_NOSIGNAL, 0, 0) < 0)
        return false;
    long length = SYSTEM(recvfrom, netlink, answer, sizeof(answer), MSG_DONTWAIT, 0, 0);
    const struct nlmsghdr *header = (const void *)answer;
    if (length < (long)NLMSG_LENGTH(sizeof(struct nlmsgerr)) || header->nlmsg_type != NLMSG_ERROR)
        return false;
    const struct nlmsgerr *result = NLMSG_DATA(header);
    return result->error == 0 || result->error == -ENOENT;
}

static void close_leftover(void *context, const struct inet_diag_msg *message,
                           const struct socket *socket)
{
    struct leftovers *leftovers = context;
    if (leftovers->refused || socket->state != SOCKET_CLOSABLE ||
        !endpoint_conflicts(&socket->local, &leftovers->request->endpoint))
        return;
    if (destroy(leftovers->netlink, message))
        leftovers->closed++;
    else
        leftovers->refused = true;
}

static bool close_all(int netlink, struct leftovers *leftovers, char *buffer)
{
    struct dump dump = {.protocol = IPPROTO_TCP,
                        .states = 1 << TCP_TIME_WAIT | 1 << TCP_FIN_WAIT2,
                        .port = leftovers->request->endpoint.port};
    for (int round = 0; round < MOST_ROUNDS; round++) {
        leftovers->closed = 0;
        if (!dump_both_families(netlink, &dump, buffer, close_leftover, leftovers) ||
            leftovers->refused)
            return false;
        if (leftovers->closed == 0)
            return true;
    }
    return false;
}

bool sockets_close_lingering(const struct request *request, char *buffer)
{
    struct leftovers leftovers = {.request = request};
    if (endpoint_is_path(&request->endpoint))
        return unix_path_remove(&request->endpoint);
    if (protocol_of(request) != IPPROTO_TCP)
        return false;
    int netlink = socket_dump_open();
    leftovers.netlink = socket_dump_open();
    bool closed = netlink >= 0 && leftovers.netlink >= 0 && close_all(netlink, &leftovers, buffer);
    socket_dump_close(leftovers.netlink);
    socket_dump_close(netlink);
    return closed;
}
