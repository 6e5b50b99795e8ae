#include "afd.h"

#include "native.h"

#include <stdint.h>
#include <string.h>

enum {
    GET_ADDRESS = 0x1202f,
    GET_REMOTE_ADDRESS = 0x1203f,
    GET_CONTEXT = 0x12043,
    TRANSPORT_IOCTL = 0x120bf,
};

enum { LISTENING = 1 << 0, IS_TLI = 1 << 12 };

/* SOCK_SHARED_INFO, as far as it is needed: winsock leaves it with the driver for each socket. */
struct context {
    int32_t state;
    int32_t family;
    int32_t type;
    int32_t protocol;
    int32_t not_needed[7];
    uint16_t flags;
    char rest[256]; /* what is cut is not needed either */
};

_Static_assert(offsetof(struct context, flags) == 44, "SOCK_SHARED_INFO");

/* TDI_ADDRESS_INFO, for sockets that name their transport's device: a sockaddr lies in it. */
enum { EMBEDDED_AT = 10 /* bytes: two counts of 4, and a length of 2 */ };

/* AFD_TL_IO_CONTROL_INFO */
struct transport_question {
    int32_t kind; /* 2: getsockopt() */
    uint32_t level;
    uint32_t option;
    uint8_t of_endpoint;
    const void *input;
    uint64_t input_size;
};

static bool read_context(HANDLE handle, struct context *context)
{
    memset(context, 0, sizeof(*context));
    return native_control(handle, GET_CONTEXT, NULL, 0, context, sizeof(*context)) >=
           offsetof(struct context, rest);
}

/* The driver may say that it has written more than it has; then there is no family. */
static bool read_address(HANDLE handle, ULONG question, const struct context *context,
                         struct sockaddr_storage *address)
{
    union {
        struct sockaddr_storage address;
        char bytes[EMBEDDED_AT + sizeof(struct sockaddr_storage)];
    } answer;
    size_t at = (context->flags & IS_TLI) != 0 ? 0 : EMBEDDED_AT;
    memset(&answer, 0, sizeof(answer));
    memset(address, 0, sizeof(*address));
    if (native_control(handle, question, NULL, 0, &answer, sizeof(answer)) == 0)
        return false;
    memcpy(address, answer.bytes + at, sizeof(*address));
    return address->ss_family == context->family;
}

static bool is_ipv6_only(HANDLE handle)
{
    const struct transport_question question = {
        .kind = 2,
        .level = IPPROTO_IPV6,
        .option = IPV6_V6ONLY,
        .of_endpoint = TRUE,
    };
    uint32_t value = 1;
    return native_control(handle, TRANSPORT_IOCTL, &question, sizeof(question), &value,
                          sizeof(value)) == 0 ||
           value != 0;
}

int afd_read_type(HANDLE handle)
{
    struct context context;
    return read_context(handle, &context) ? context.type : -1;
}

bool afd_read(HANDLE handle, struct afd_socket *socket)
{
    struct context context;
    if (!read_context(handle, &context) ||
        (context.family != AF_INET && context.family != AF_INET6) ||
        !read_address(handle, GET_ADDRESS, &context, &socket->local))
        return false;
    socket->type = context.type;
    socket->listens = (context.flags & LISTENING) != 0;
    socket->ipv6_only = context.family == AF_INET6 && is_ipv6_only(handle);
    if (socket->listens || !read_address(handle, GET_REMOTE_ADDRESS, &context, &socket->peer))
        socket->peer.ss_family = 0;
    return true;
}
