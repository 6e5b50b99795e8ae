#include "supervisor.h"

#include "detach.h"
#include "handover.h"
#include "linux/files.h"
#include "linux/memory.h"
#include "linux/system.h"
#include "service.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

enum {
    SLOTS = 64,              /* calls at once; those beyond wait for one of them */
    NOTIFICATION_SIZE = 256, /* the kernel's struct seccomp_notif, which may grow; 80 on 6.18 */
    NOBODY = 0,
};

/*
 * A call. The kernel writes the notification right here, so there is no moment at which it is
 * received and known to nobody; an id of 0 is a free slot.
 */
struct slot {
    _Alignas(8) char notification[NOTIFICATION_SIZE];
    int32_t begun;  /* how many processes have begun with it */
    bool succeeded; /* the call was made, and only its answer waits */
};

/* Of receiver and guard together. */
struct shared {
    struct slot slots[SLOTS];
    struct service_memory memory;
};

struct supervisor {
    int listener;
    const struct settings *settings;
    struct shared *shared;
    struct likeness own;
    int32_t guard_pid;
    int guard; /* pidfd */
    int32_t worker_pids[SLOTS];
    int workers[SLOTS]; /* pidfds */
};

static struct seccomp_notif *notification_of(struct slot *slot)
{
    return (struct seccomp_notif *)slot->notification;
}

static bool is_busy(struct slot *slot)
{
    return notification_of(slot)->id != 0;
}

static void free_slot(struct slot *slot)
{
    memset(slot, 0, sizeof(*slot));
}

/* A child that no SIGCHLD announces to anybody but a receiver, and which has no libc to mind. */
static int32_t fork_child(void)
{
    return (int32_t)SYSTEM(clone, SIGCHLD);
}

static _Noreturn void leave(void)
{
    for (;;)
        (void)SYSTEM(exit_group, 0);
}

static int32_t own_pid(void)
{
    return (int32_t)SYSTEM(getpid);
}

static bool wait_for(struct pollfd *polled, unsigned count, int milliseconds)
{
    struct timespec time_out = {.tv_sec = milliseconds / 1000,
                                .tv_nsec = milliseconds % 1000 * 1000000L};
    return SYSTEM(ppoll, polled, count, milliseconds < 0 ? NULL : &time_out, 0, 0) > 0;
}

/* The last process under the filter has ended. */
static bool is_over(int listener)
{
    struct pollfd polled = {.fd = listener};
    return wait_for(&polled, 1, 0) && (polled.revents & POLLHUP) != 0;
}

/* ---- one call ---- */

static void start_service(struct supervisor *supervisor, int place, struct service *service)
{
    struct slot *slot = &supervisor->shared->slots[place];
    *service = (struct service){
        .listener = supervisor->listener,
        .id = notification_of(slot)->id,
        .data = &notification_of(slot)->data,
        .settings = supervisor->settings,
        .memory = &supervisor->shared->memory,
        .resumed = slot->begun > 1,
        .succeeded = &slot->succeeded,
    };
}

static void finish(struct service *service, enum service_step step)
{
    if (step == SERVICE_CLAIM || step == SERVICE_SHARE || step == SERVICE_ANSWER)
        service_answer(service);
    else
        service_continue(service->listener, service->id);
}

/* The kernel must not make a call that was made: a second bind() of a socket fails. */
static void give_up(struct supervisor *supervisor, struct slot *slot)
{
    if (slot->succeeded)
        service_succeed(supervisor->listener, notification_of(slot)->id);
    else
        service_continue(supervisor->listener, notification_of(slot)->id);
    free_slot(slot);
}

static void claim(struct supervisor *supervisor, struct service *service)
{
    const int32_t spared[] = {own_pid(), (int32_t)SYSTEM(getppid), supervisor->guard_pid, 0};
    service_claim(service, spared);
}

/*
 * The supervisor's death must not leave a worker behind, for the guard begins with its call anew.
 * Another set of ids takes this off: commit_creds() in kernel/cred.c.
 */
static void end_with(int32_t receiver)
{
    (void)SYSTEM(prctl, PR_SET_PDEATHSIG, SIGKILL);
    if (SYSTEM(getppid) != receiver)
        leave();
}

/*
 * For a program that is not like us: this process becomes like it, or does nothing. It takes its
 * stderr first, which is barred to its likes when it is not dumpable, as after setuid(2).
 */
static void serve_unlike(struct supervisor *supervisor, struct service *service, int32_t receiver)
{
    enum service_step step = service_prepare(service);
    bool alike = false;
    if (step != SERVICE_CONTINUE) {
        service_take_stderr(service);
        alike = likeness_take(service->caller.directory, service->caller.handle);
        end_with(receiver);
    }
    if (alike && step == SERVICE_BARRED)
        step = service_prepare(service);
    if (step == SERVICE_READY && alike)
        step = service_try(service);
    else if (step != SERVICE_CONTINUE)
        service_warn(service, step == SERVICE_BARRED
                                  ? "it may not be looked into (another user's, not dumpable, or "
                                    "kernel.yama.ptrace_scope)"
                                  : "it has rights that portclaim has not, or has given some up");
    if (step == SERVICE_CLAIM || step == SERVICE_SHARE)
        claim(supervisor, service);
    finish(service, step);
}

static void serve_claim(struct supervisor *supervisor, struct service *service, int32_t receiver)
{
    (void)receiver;
    claim(supervisor, service);
    service_answer(service);
}

/* False when there is no memory or process left for one. */
static bool start_worker(struct supervisor *supervisor, int place, struct service *service,
                         void (*serve)(struct supervisor *, struct service *, int32_t))
{
    int32_t receiver = own_pid();
    int32_t pid = fork_child();
    if (pid == 0) {
        end_with(receiver);
        serve(supervisor, service, receiver);
        leave();
    }
    if (pid < 0)
        return false;
    supervisor->worker_pids[place] = pid;
    supervisor->workers[place] = (int)SYSTEM(pidfd_open, pid, 0);
    return true;
}

static void serve_alike(struct supervisor *supervisor, int place, struct service *service)
{
    enum service_step step = service_prepare(service);
    if (step == SERVICE_READY)
        step = service_try(service);
    bool claims = step == SERVICE_CLAIM || step == SERVICE_SHARE;
    if (claims && start_worker(supervisor, place, service, serve_claim))
        return;
    if (step == SERVICE_BARRED && start_worker(supervisor, place, service, serve_unlike))
        return;
    finish(service, step);
    free_slot(&supervisor->shared->slots[place]);
}

/*
 * A Landlock domain (Linux 5.13; of ports since 6.7) denies a bind() that on a duplicate from
 * outside succeeds (seen on 6.18), and nothing tells of it: from the first one on every call is the
 * kernel's own affair.
 */
static bool is_left_alone(struct supervisor *supervisor, const struct slot *slot)
{
    const struct seccomp_notif *notification = (const void *)slot->notification;
    if (call_confines(&notification->data))
        supervisor->shared->memory.confined = true;
    return supervisor->shared->memory.confined;
}

static void serve(struct supervisor *supervisor, int place)
{
    enum { MOST_BEGINNINGS = 2 /* a call that ends its receivers is given up */ };
    struct slot *slot = &supervisor->shared->slots[place];
    struct service service;
    slot->begun++;
    start_service(supervisor, place, &service);
    if (slot->begun > MOST_BEGINNINGS || is_left_alone(supervisor, slot) ||
        !caller_open((int32_t)notification_of(slot)->pid, &service.caller)) {
        give_up(supervisor, slot);
        return;
    }
    if (likeness_same(&service.caller.likeness, &supervisor->own)) {
        serve_alike(supervisor, place, &service);
    } else {
        service.socket = NO_DESCRIPTOR;
        if (!start_worker(supervisor, place, &service, serve_unlike))
            give_up(supervisor, slot);
    }
    service_close(&service);
}

/* ---- the guard ---- */

static void close_workers(struct supervisor *supervisor)
{
    for (int place = 0; place < SLOTS; place++) {
        files_close(supervisor->workers[place]);
        supervisor->workers[place] = NO_DESCRIPTOR;
        supervisor->worker_pids[place] = NOBODY;
    }
}

/* Returns once the receiver has ended before its time. */
static void guard(struct supervisor *supervisor, int receiver)
{
    struct pollfd polled[] = {{.fd = receiver, .events = POLLIN}, {.fd = supervisor->listener}};
    close_workers(supervisor);
    files_close(supervisor->guard);
    supervisor->guard = NO_DESCRIPTOR;
    while (polled[0].revents == 0) {
        (void)wait_for(polled, 2, -1);
        if (is_over(supervisor->listener))
            leave();
    }
    files_close(receiver);
}

/* True in the guard, which is the receiver now and has no guard itself. */
static bool took_over(struct supervisor *supervisor)
{
    int receiver = (int)SYSTEM(pidfd_open, own_pid(), 0);
    if (receiver < 0)
        return false;
    int32_t pid = fork_child();
    if (pid == 0) {
        guard(supervisor, receiver);
        return true;
    }
    files_close(receiver);
    supervisor->guard_pid = pid > 0 ? pid : NOBODY;
    supervisor->guard = pid > 0 ? (int)SYSTEM(pidfd_open, pid, 0) : NO_DESCRIPTOR;
    return false;
}

static void have_guard(struct supervisor *supervisor)
{
    bool again = false;
    while (took_over(supervisor))
        again = true;
    for (int place = 0; again && place < SLOTS; place++) {
        if (is_busy(&supervisor->shared->slots[place]))
            serve(supervisor, place);
    }
}

/* ---- the receiver ---- */

static int find_free_slot(struct supervisor *supervisor)
{
    for (int place = 0; place < SLOTS; place++) {
        if (!is_busy(&supervisor->shared->slots[place]))
            return place;
    }
    return SLOTS;
}

/* The one that is to be received may be gone by now: ENOENT. */
static void receive(struct supervisor *supervisor)
{
    int place = find_free_slot(supervisor);
    struct slot *slot = &supervisor->shared->slots[place];
    free_slot(slot);
    if (SYSTEM(ioctl, supervisor->listener, SECCOMP_IOCTL_NOTIF_RECV, slot->notification) == 0)
        serve(supervisor, place);
    else
        free_slot(slot);
}

/* One that has ended without an answer leaves its call to the kernel. */
static void bury_worker(struct supervisor *supervisor, int place)
{
    struct slot *slot = &supervisor->shared->slots[place];
    (void)SYSTEM(wait4, supervisor->worker_pids[place], 0, WNOHANG, 0);
    files_close(supervisor->workers[place]);
    supervisor->workers[place] = NO_DESCRIPTOR;
    supervisor->worker_pids[place] = NOBODY;
    give_up(supervisor, slot);
}

static void receive_for_ever(struct supervisor *supervisor)
{
    enum { LISTENER, GUARD, FIRST_WORKER, POLLED = FIRST_WORKER + SLOTS };
    enum { WITHOUT_GUARD_MS = 1000 };
    struct pollfd polled[POLLED];
    for (;;) {
        if (supervisor->guard < 0)
            have_guard(supervisor);
        bool room = find_free_slot(supervisor) < SLOTS;
        polled[LISTENER] = (struct pollfd){.fd = supervisor->listener, .events = room ? POLLIN : 0};
        polled[GUARD] = (struct pollfd){.fd = supervisor->guard, .events = POLLIN};
        for (int place = 0; place < SLOTS; place++)
            polled[FIRST_WORKER + place] =
                (struct pollfd){.fd = supervisor->workers[place], .events = POLLIN};
        if (!wait_for(polled, POLLED, supervisor->guard < 0 ? WITHOUT_GUARD_MS : -1))
            continue;
        for (int place = 0; place < SLOTS; place++) {
            if (polled[FIRST_WORKER + place].revents != 0)
                bury_worker(supervisor, place);
        }
        if (polled[GUARD].revents != 0) {
            (void)SYSTEM(wait4, supervisor->guard_pid, 0, WNOHANG, 0);
            files_close(supervisor->guard);
            supervisor->guard = NO_DESCRIPTOR;
        }
        if ((polled[LISTENER].revents & POLLHUP) != 0)
            leave();
        if ((polled[LISTENER].revents & POLLIN) != 0)
            receive(supervisor);
    }
}

/* ---- its beginning ---- */

bool supervisor_is_possible(void)
{
    struct seccomp_notif_sizes sizes = {0};
    return SYSTEM(seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) == 0 &&
           sizes.seccomp_notif <= NOTIFICATION_SIZE &&
           sizes.seccomp_notif_resp <= sizeof(struct seccomp_notif_resp);
}

static bool know_oneself(struct likeness *own)
{
    int32_t process;
    int self = files_open_directory(AT_FDCWD, "/proc/self");
    bool known = self >= 0 && likeness_read(self, own, &process);
    files_close(self);
    return known;
}

_Noreturn void supervisor_run(int channel, const struct settings *settings)
{
    struct supervisor supervisor = {.settings = settings, .guard = NO_DESCRIPTOR};
    channel = detach(channel);
    for (int place = 0; place < SLOTS; place++)
        supervisor.workers[place] = NO_DESCRIPTOR;
    supervisor.shared = memory_map_shared(sizeof(*supervisor.shared));
    supervisor.listener = handover_receive(channel);
    if (supervisor.shared == NULL || supervisor.listener < 0 || !know_oneself(&supervisor.own))
        leave();
    handover_confirm(channel);
    (void)SYSTEM(close, channel);
    receive_for_ever(&supervisor);
    leave();
}
