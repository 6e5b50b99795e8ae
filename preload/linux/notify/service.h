/*
 * service: one bind() or listen() that waits for our answer.
 *
 * The call is made on a duplicate of the program's socket, which is the same socket, with the
 * address as it was copied once, and answered with what the kernel said. That lends the program no
 * right as long as this process has the same ones (likeness.h); whatever it cannot do for the
 * program like that is left to the kernel: SECCOMP_USER_NOTIF_FLAG_CONTINUE, the program's own call
 * with its own rights and arguments. Why not always: the kernel then does not tell what became of
 * the call, so EADDRINUSE could not be seen, and a look before it would be a guess at the kernel's
 * rule and a race with everybody else.
 */
#ifndef PORTCLAIM_NOTIFY_SERVICE_H
#define PORTCLAIM_NOTIFY_SERVICE_H

#include "call.h"
#include "linux/host.h"

#include <sys/socket.h>

enum { SERVICE_HISTORIES = 32, SERVICE_LOST = 16 };

/* What outlives a service and its process; shared by all processes of one supervisor. */
struct service_memory {
    bool confined; /* a program that we serve, or may have been, entered a Landlock domain */
    bool warned;
    /*
     * Sockets that were bound for a call which a signal had ended before it could be answered:
     * kernels before 5.19. The program calls again.
     */
    uint64_t lost[SERVICE_LOST];
    uint32_t lost_count;
    /* Of each program's process, between its bind() and its listen(). */
    struct service_history {
        int32_t process;
        uint64_t start_ticks;
        struct host_history history;
    } histories[SERVICE_HISTORIES];
    uint32_t next_history;
};

struct service {
    int listener;
    uint64_t id;
    const struct seccomp_data *data;
    const struct settings *settings;
    struct service_memory *memory;
    bool resumed;    /* another process has begun with it, and ended */
    bool *succeeded; /* the call was made: whoever has to give it up answers so */

    struct caller caller;
    struct call call;
    struct sockaddr_storage address;
    socklen_t length;
    int socket; /* the duplicate */
    struct request request;
    int error; /* the call's */
};

enum service_step {
    SERVICE_CONTINUE, /* nothing of ours: the kernel is to make the program's own call */
    SERVICE_BARRED,   /* the program is out of our reach; likewise, unless we become like it */
    SERVICE_READY,    /* prepared */
    SERVICE_ANSWER,   /* `error` is the answer */
    SERVICE_CLAIM,    /* the address is in use, and is to be claimed */
    SERVICE_SHARE,    /* `error` is the answer, success, once whoever else has a part is gone */
};

/* Opens everything there is to open: READY, CONTINUE or BARRED. After caller_open(). */
enum service_step service_prepare(struct service *service);

/* Makes the call: ANSWER, CLAIM or SHARE. Only for who is like the program. */
enum service_step service_try(struct service *service);

/*
 * Claims the address in the program's name, and says so on the program's stderr; sets `error`.
 * After a call that succeeded, what is claimed is the others' part of it, and it stays success.
 * Takes up to the budget, or both. `spared`: PIDs that are never signalled, ended by 0.
 */
void service_claim(struct service *service, const int32_t *spared);

/* Answers with `error`, with success, or lets the kernel make the call. */
void service_answer(struct service *service);
void service_succeed(int listener, uint64_t id);
void service_continue(int listener, uint64_t id);

/*
 * Messages go where the program's go, from here on. Without a right to it they go where they went.
 * service_claim() and service_warn() do it themselves; earlier does who may lose that right. Not in
 * the receiver, which would keep it.
 */
void service_take_stderr(const struct service *service);

/*
 * Says once for all processes of the supervisor that, and why, calls are left as they are. Not in
 * the receiver, whose stderr is nobody's.
 */
void service_warn(struct service *service, const char *why);

/* Closes what service_prepare() has opened. */
void service_close(struct service *service);

#endif
