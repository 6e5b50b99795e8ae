#include "socket_dump.h"

#include "system.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

/*
 * The answer is there when the question has been sent, and each further batch is made as it is
 * fetched (netlink_dump() in net/netlink/af_netlink.c): a kernel with nothing to say has failed.
 */
enum { NEVER_BLOCK = MSG_DONTWAIT };

int socket_dump_open(void)
{
    return (int)SYSTEM(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

void socket_dump_close(int netlink)
{
    if (netlink >= 0)
        (void)SYSTEM(close, netlink);
}

/*
 * One batch of answers. 1: more to come; 0: that was the last; -1: the kernel refused. A dump that
 * changed under the kernel's hands (NLM_F_DUMP_INTR) may have left some out, and counts as refused.
 */
static int take_batch(char *buffer, size_t length,
                      bool (*take)(void *context, const void *answer, size_t length), void *context)
{
    size_t left = length;
    for (struct nlmsghdr *header = (void *)buffer; NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
        if (header->nlmsg_type == NLMSG_ERROR || (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
            return -1;
        if (header->nlmsg_type == NLMSG_DONE)
            return 0;
        if (!take(context, NLMSG_DATA(header), header->nlmsg_len - NLMSG_HDRLEN))
            return -1;
    }
    return 1;
}

bool socket_dump_run(int netlink, const void *question, size_t size, char *buffer,
                     bool (*take)(void *context, const void *answer, size_t length), void *context)
{
    int more = 1;
    if (SYSTEM(sendto, netlink, question, size, MSG_NOSIGNAL, 0, 0) != (long)size)
        return false;
    while (more == 1) {
        long length = SYSTEM(recvfrom, netlink, buffer, SOCKET_DUMP_BUFFER_SIZE,
                             NEVER_BLOCK | MSG_TRUNC, 0, 0);
        if (length == -EINTR)
            continue;
        if (length <= 0 || length > SOCKET_DUMP_BUFFER_SIZE)
            return false;
        more = take_batch(buffer, (size_t)length, take, context);
    }
    return more == 0;
}

const void *socket_dump_attribute(const void *answer, size_t fixed, size_t length, uint16_t type,
                                  size_t *value_length)
{
    const char *attributes = (const char *)answer + fixed;
    size_t left = length - fixed;
    while (left >= sizeof(struct nlattr)) {
        struct nlattr attribute;
        memcpy(&attribute, attributes, sizeof(attribute));
        if (attribute.nla_len < sizeof(attribute) || attribute.nla_len > left)
            return NULL;
        *value_length = attribute.nla_len - sizeof(attribute);
        if (attribute.nla_type == type)
            return attributes + sizeof(attribute);
        size_t step = NLA_ALIGN(attribute.nla_len);
        attributes += step;
        left -= step < left ? step : left;
    }
    return NULL;
}
