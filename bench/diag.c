/*
 * diag: the least that a look-up could take: one question to the kernel for the sockets of a port
 * (sock_diag(7)), which names their inodes and not their processes.
 *
 *     diag CASE PORT     prints "CASE<tab>nanoseconds"; status 1 when nobody listens there
 */
#include "clock.h"

#include <err.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENING = 10 /* TCP_LISTEN */, ANSWER_SIZE = 32768 };

struct question {
    struct nlmsghdr header;
    struct inet_diag_req_v2 request;
};

static void ask(int netlink)
{
    struct question question = {
        .header = {.nlmsg_len = sizeof(question),
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .request = {.sdiag_family = AF_INET,
                    .sdiag_protocol = IPPROTO_TCP,
                    .idiag_states = 1 << LISTENING},
    };
    if (send(netlink, &question, sizeof(question), 0) != sizeof(question))
        err(EXIT_FAILURE, "send");
}

/* Is the port among the answers? Reads all of them. */
static bool find(int netlink, uint16_t port)
{
    static char buffer[ANSWER_SIZE] __attribute__((aligned(8)));
    bool found = false;
    for (;;) {
        ssize_t size = recv(netlink, buffer, sizeof(buffer), 0);
        if (size <= 0)
            err(EXIT_FAILURE, "recv");
        unsigned left = (unsigned)size;
        for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, left);
             header = NLMSG_NEXT(header, left)) {
            const struct inet_diag_msg *answer = NLMSG_DATA(header);
            if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
                return found;
            found |= answer->id.idiag_sport == htons(port) && answer->idiag_inode != 0;
        }
    }
}

int main(int count, char **arguments)
{
    if (count != 3)
        errx(EXIT_FAILURE, "usage: diag CASE PORT");
    uint16_t port = (uint16_t)strtoul(arguments[2], NULL, 10);
    uint64_t start = clock_now();
    int netlink = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_SOCK_DIAG);
    if (netlink < 0)
        err(EXIT_FAILURE, "netlink");
    ask(netlink);
    bool found = find(netlink, port);
    (void)close(netlink);
    uint64_t end = clock_now();
    if (!found)
        errx(EXIT_FAILURE, "nobody listens on %s", arguments[2]);
    clock_tell(arguments[1], (double)(end - start));
    return EXIT_SUCCESS;
}
