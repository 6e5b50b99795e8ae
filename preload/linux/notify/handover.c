#include "handover.h"

#include "linux/files.h"
#include "linux/system.h"

#include <string.h>
#include <sys/socket.h>

struct parcel {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    char byte; /* ancillary data goes with at least one byte of others */
    struct iovec data;
    struct msghdr message;
};

static void pack(struct parcel *parcel)
{
    memset(parcel, 0, sizeof(*parcel));
    parcel->data = (struct iovec){.iov_base = &parcel->byte, .iov_len = 1};
    parcel->message = (struct msghdr){
        .msg_iov = &parcel->data,
        .msg_iovlen = 1,
        .msg_control = parcel->control.bytes,
        .msg_controllen = sizeof(parcel->control),
    };
}

bool handover_send(int channel, int listener)
{
    struct parcel parcel;
    pack(&parcel);
    parcel.control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof(int)),
        .cmsg_level = SOL_SOCKET,
        .cmsg_type = SCM_RIGHTS,
    };
    memcpy(CMSG_DATA(&parcel.control.header), &listener, sizeof(listener));
    return SYSTEM(sendmsg, channel, &parcel.message, MSG_NOSIGNAL) == 1 &&
           SYSTEM(read, channel, &parcel.byte, 1) == 1;
}

int handover_receive(int channel)
{
    struct parcel parcel;
    int listener = NO_DESCRIPTOR;
    pack(&parcel);
    if (SYSTEM(recvmsg, channel, &parcel.message, MSG_CMSG_CLOEXEC) == 1 &&
        parcel.control.header.cmsg_type == SCM_RIGHTS)
        memcpy(&listener, CMSG_DATA(&parcel.control.header), sizeof(listener));
    return listener;
}

void handover_confirm(int channel)
{
    (void)SYSTEM(write, channel, "", 1);
}
