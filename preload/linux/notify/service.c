#include "service.h"

#include "linux/files.h"
#include "linux/log.h"
#include "linux/memory.h"
#include "linux/proc_stat.h"
#include "linux/processes.h"
#include "linux/request.h"
#include "linux/system.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>

enum { STDERR = 2 };

/* ---- the notification ---- */

static bool is_valid(const struct service *service)
{
    return SYSTEM(ioctl, service->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &service->id) == 0;
}

static bool give(int listener, const struct seccomp_notif_resp *response)
{
    return SYSTEM(ioctl, listener, SECCOMP_IOCTL_NOTIF_SEND, response) == 0;
}

static void remember_lost(struct service *service)
{
    struct service_memory *memory = service->memory;
    uint32_t place = __atomic_fetch_add(&memory->lost_count, 1, __ATOMIC_RELAXED) % SERVICE_LOST;
    __atomic_store_n(&memory->lost[place], service->request.own_inode, __ATOMIC_RELAXED);
}

/* Before the program goes on: once it closes its socket, the address has to be free. */
static void close_duplicate(struct service *service)
{
    files_close(service->socket);
    service->socket = NO_DESCRIPTOR;
}

/*
 * Where a signal can end the call before it is answered (kernels before 5.19), the socket is bound
 * all the same, and the call that the program then makes again must not fail for that.
 */
void service_answer(struct service *service)
{
    struct seccomp_notif_resp response = {.id = service->id, .error = -service->error};
    close_duplicate(service);
    if (!give(service->listener, &response) && service->error == 0 &&
        service->call.kind == CALL_BIND)
        remember_lost(service);
}

void service_succeed(int listener, uint64_t id)
{
    struct seccomp_notif_resp response = {.id = id};
    (void)give(listener, &response);
}

void service_continue(int listener, uint64_t id)
{
    struct seccomp_notif_resp response = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    (void)give(listener, &response);
}

/* ---- preparing ---- */

static bool has_port(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ((const struct sockaddr_in *)address)->sin_port != 0;
    return address->ss_family == AF_INET6 && ((const struct sockaddr_in6 *)address)->sin6_port != 0;
}

/* Most calls that are nothing of ours end here, without a look at the socket. */
static enum service_step copy_address(struct service *service)
{
    const struct call *call = &service->call;
    if (call->kind != CALL_BIND)
        return SERVICE_READY;
    if (call->length <= 0 || call->length > (int)sizeof(service->address))
        return SERVICE_CONTINUE;
    service->length = (socklen_t)call->length;
    memset(&service->address, 0, sizeof(service->address));
    if (!caller_read(&service->caller, call->address, &service->address, service->length))
        return SERVICE_BARRED;
    return has_port(&service->address) ? SERVICE_READY : SERVICE_CONTINUE;
}

static enum service_step copy_socket(struct service *service)
{
    service->socket = caller_duplicate(&service->caller, service->call.socket);
    if (service->socket == -EBADF)
        return SERVICE_CONTINUE;
    if (service->socket < 0)
        return SERVICE_BARRED;
    if (service->call.kind == CALL_LISTEN) {
        service->length = sizeof(service->address);
        if (SYSTEM(getsockname, service->socket, &service->address, &service->length) < 0)
            return SERVICE_CONTINUE;
    }
    enum operation operation =
        service->call.kind == CALL_LISTEN ? OPERATION_LISTEN : OPERATION_BIND;
    bool ours =
        request_describe(service->socket, operation, (const struct sockaddr *)&service->address,
                         service->length, &service->request);
    if (ours)
        return SERVICE_READY;
    close_duplicate(service);
    return SERVICE_CONTINUE;
}

/*
 * The last look is at the notification: as long as it is valid, its thread is the one that all this
 * was read of (seccomp_unotify(2)).
 */
enum service_step service_prepare(struct service *service)
{
    service->socket = NO_DESCRIPTOR;
    call_read(service->data, &service->caller, &service->call);
    if (service->call.kind != CALL_BIND && service->call.kind != CALL_LISTEN)
        return SERVICE_CONTINUE;
    enum service_step step = copy_address(service);
    if (step == SERVICE_READY)
        step = copy_socket(service);
    if (step == SERVICE_READY && !is_valid(service))
        step = SERVICE_CONTINUE;
    return step;
}

void service_close(struct service *service)
{
    close_duplicate(service);
    caller_close(&service->caller);
}

/* ---- the settings for one process ---- */

/*
 * Those that `portclaim run` had, for all it starts. By its own environment a process can have
 * portclaim do less, but not more: that is memory of its own, which it can change, and a log file
 * is opened with the supervisor's view of the file system.
 */
static enum mode mode_of_process(const struct service *service)
{
    char value[sizeof("dry-run")];
    enum mode mode = service->settings->mode;
    if (!processes_read_variable(service->caller.directory, "PORTCLAIM=", value, sizeof(value)))
        return mode;
    if (text_equal(value, "off"))
        return MODE_OFF;
    return text_equal(value, "dry-run") ? MODE_DRY_RUN : mode;
}

static bool is_meant(const struct service *service)
{
    if (service->settings->only[0] == '\0')
        return true;
    struct process *process = memory_map(sizeof(*process));
    if (process == NULL)
        return false;
    (void)processes_read(service->caller.process, false, process);
    bool meant = processes_named(service->settings->only, process);
    memory_unmap(process, sizeof(*process));
    return meant;
}

static enum mode mode_of(const struct service *service)
{
    if (!settings_allow_port(service->settings, service->request.endpoint.port))
        return MODE_OFF;
    enum mode mode = mode_of_process(service);
    return mode != MODE_OFF && is_meant(service) ? mode : MODE_OFF;
}

/* ---- the call ---- */

static int call_once(const struct service *service)
{
    if (service->call.kind == CALL_LISTEN)
        return (int)-SYSTEM(listen, service->socket, service->call.backlog);
    return (int)-SYSTEM(bind, service->socket, &service->address, service->length);
}

/* As the shared object does it in listen(), and for the same reason: interpose.c. */
static void protect_next_restart(const struct service *service)
{
    const int on = 1;
    if (service->settings->reuse_address && service->request.endpoint.protocol != PROTOCOL_UDP &&
        mode_of(service) == MODE_ON)
        (void)SYSTEM(setsockopt, service->socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

static bool was_lost(const struct service *service)
{
    for (uint32_t index = 0; index < SERVICE_LOST; index++) {
        if (service->request.own_inode != 0 &&
            __atomic_load_n(&service->memory->lost[index], __ATOMIC_RELAXED) ==
                service->request.own_inode)
            return true;
    }
    return false;
}

/* Bound already, by us, to what it asks for: the answer to that did not arrive. */
static bool is_bound_for_it(const struct service *service)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof(bound);
    struct request request;
    if (service->call.kind != CALL_BIND || (!service->resumed && !was_lost(service)) ||
        SYSTEM(getsockname, service->socket, &bound, &length) < 0 ||
        !request_describe(service->socket, OPERATION_BIND, (struct sockaddr *)&bound, length,
                          &request))
        return false;
    return request.endpoint.port == service->request.endpoint.port &&
           memcmp(request.endpoint.address, service->request.endpoint.address,
                  sizeof(request.endpoint.address)) == 0;
}

/*
 * As end_sharing() of interpose.c. The request is that of the call that succeeded; from now on it
 * is for what is shared.
 */
static bool shares(struct service *service)
{
    bool datagrams = service->request.endpoint.protocol == PROTOCOL_UDP;
    bool shared = service->settings->reuse_port && datagrams == (service->call.kind == CALL_BIND) &&
                  mode_of(service) != MODE_OFF &&
                  request_describe_shared(service->socket, &service->request);
    if (shared)
        *service->succeeded = true;
    return shared;
}

enum service_step service_try(struct service *service)
{
    bool again = service->settings->reuse_port && request_listens(service->socket);
    if (service->call.kind == CALL_LISTEN)
        protect_next_restart(service);
    service->error = call_once(service);
    if (service->error == EINVAL && is_bound_for_it(service))
        service->error = 0;
    if (service->error == 0 && !again && shares(service))
        return SERVICE_SHARE;
    if (service->error != EADDRINUSE || mode_of(service) == MODE_OFF)
        return SERVICE_ANSWER;
    return SERVICE_CLAIM;
}

/* ---- the claim ---- */

/* Who waits for it may have been killed: then the port is nobody's wish any more. */
static int call_again(void *context)
{
    const struct service *service = context;
    return is_valid(service) ? call_once(service) : ECANCELED;
}

/* Nothing of it is kept beside the copy: a pipe that the program has closed must end. */
void service_take_stderr(const struct service *service)
{
    int descriptor = caller_duplicate(&service->caller, STDERR);
    if (descriptor >= 0)
        (void)SYSTEM(dup3, descriptor, STDERR, 0);
    files_close(descriptor);
}

/* The network in which holders are looked up is this process's: SO_NETNS_COOKIE, Linux 5.14. */
static bool in_network_of(int socket)
{
    enum { NETNS_COOKIE = 71 /* SO_NETNS_COOKIE, asm-generic/socket.h */ };
    uint64_t theirs = 0;
    uint64_t ours = 0;
    socklen_t length = sizeof(theirs);
    int own = (int)SYSTEM(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool same =
        own >= 0 && SYSTEM(getsockopt, socket, SOL_SOCKET, NETNS_COOKIE, &theirs, &length) == 0 &&
        SYSTEM(getsockopt, own, SOL_SOCKET, NETNS_COOKIE, &ours, &length) == 0 && theirs == ours;
    files_close(own);
    return same;
}

/* False when there is no room for those whom the process itself protects. */
static bool protect(const struct service *service, struct settings *settings, const int32_t *spared)
{
    char own[SETTINGS_LIST_SIZE];
    struct text text = {
        .bytes = settings->protect,
        .size = sizeof(settings->protect),
        .length = strlen(settings->protect),
    };
    for (; *spared != 0; spared++) {
        text_add(&text, ",");
        text_add_number(&text, spared[0]);
    }
    if (processes_read_variable(service->caller.directory, "PORTCLAIM_PROTECT=", own,
                                sizeof(own))) {
        text_add(&text, ",");
        text_add(&text, own);
    }
    return !text.truncated;
}

static struct host_history *find_history(const struct service *service)
{
    struct service_memory *memory = service->memory;
    struct proc_stat stat;
    if (!proc_stat_read_pid(service->caller.process, &stat))
        return NULL;
    for (uint32_t index = 0; index < SERVICE_HISTORIES; index++) {
        struct service_history *entry = &memory->histories[index];
        if (entry->process == service->caller.process && entry->start_ticks == stat.start_ticks)
            return &entry->history;
    }
    uint32_t place = __atomic_fetch_add(&memory->next_history, 1, __ATOMIC_RELAXED);
    struct service_history *entry = &memory->histories[place % SERVICE_HISTORIES];
    memset(entry, 0, sizeof(*entry));
    entry->process = service->caller.process;
    entry->start_ticks = stat.start_ticks;
    return &entry->history;
}

static void claim(struct service *service, const struct settings *settings)
{
    struct linux_host *host = host_create(settings);
    if (host == NULL)
        return;
    host->host.self_pid = service->caller.process;
    host->request = service->request;
    host->socket = service->socket;
    host->attempt = call_again;
    host->attempt_context = service;
    host->history = find_history(service);
    enum claim_result result = host_claim(host);
    if (result == CLAIM_WON)
        service->error = 0;
    else if (result == CLAIM_FAILED)
        service->error = host->error;
    host_destroy(host);
}

void service_claim(struct service *service, const int32_t *spared)
{
    struct settings settings = *service->settings;
    settings.mode = mode_of(service);
    if (!protect(service, &settings, spared)) {
        service_warn(service, "its PORTCLAIM_PROTECT is too long");
        return;
    }
    if (!likeness_same_namespace(service->caller.directory, "ns/pid")) {
        service_warn(service, "it is in a PID namespace of its own, out of which it could signal "
                              "nobody itself");
        return;
    }
    likeness_enter_network(service->caller.directory, service->caller.handle);
    if (!in_network_of(service->socket)) {
        service_warn(service, "its socket is in another network namespace than portclaim, which "
                              "may not enter that");
        return;
    }
    service_take_stderr(service);
    bool shared = service->request.operation == OPERATION_SHARE;
    if (!shared) {
        claim(service, &settings);
        shared = service->error == 0 && shares(service); /* others may still have a part of it */
        if (!shared)
            return;
    }
    close_duplicate(service); /* with it we were a stranger in the group to who looks meanwhile */
    claim(service, &settings);
}

/* ---- what cannot be done ---- */

void service_warn(struct service *service, const char *why)
{
    char line[NAME_SIZE * 8];
    struct text text;
    if (__atomic_exchange_n(&service->memory->warned, true, __ATOMIC_RELAXED))
        return;
    service_take_stderr(service);
    text_start(&text, line, sizeof(line));
    text_add(&text, "portclaim[");
    text_add_number(&text, (uint64_t)service->caller.process);
    text_add(&text, "]: warning: ");
    text_add(&text, why);
    text_add(&text, ": no port is claimed for this process, nor for others like it\n");
    log_write(service->settings, true, line, text.length);
}
