#include "host.h"

#include "clock.h"
#include "files.h"
#include "log.h"
#include "memory.h"
#include "signals.h"
#include "system.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>

static uint64_t now_ms(void *context)
{
    (void)context;
    return clock_now_ms();
}

static uint64_t wall_clock_ms(void *context)
{
    (void)context;
    return clock_milliseconds(CLOCK_REALTIME);
}

static enum attempt attempt(void *context)
{
    struct linux_host *linux_host = context;
    int error = linux_host->attempt(linux_host->attempt_context);
    if (error == EADDRINUSE)
        return ATTEMPT_BUSY;
    linux_host->error = error;
    return error == 0 ? ATTEMPT_DONE : ATTEMPT_FAILED;
}

static bool reuses_address(const struct linux_host *linux_host)
{
    int on = 0;
    socklen_t length = sizeof(on);
    return SYSTEM(getsockopt, linux_host->socket, SOL_SOCKET, SO_REUSEADDR, &on, &length) == 0 &&
           on != 0;
}

static bool reuse_address(void *context)
{
    const struct linux_host *linux_host = context;
    const int on = 1;
    return !reuses_address(linux_host) &&
           SYSTEM(setsockopt, linux_host->socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0;
}

static void observe(void *context, const struct request *request, uint64_t deadline_ms,
                    bool thorough, struct observation *observation)
{
    struct linux_host *linux_host = context;
    bool label_wanted = linux_host->settings->service[0] != '\0';
    if (linux_host->imagined != NULL && (observation->self.known & KNOWN_START) == 0)
        observation->self = *linux_host->imagined;
    struct request asked = *request;
    asked.reuses_address = reuses_address(linux_host);
    holders_observe(&linux_host->workspace, &asked, deadline_ms, thorough, label_wanted,
                    observation);
}

static enum delivery stop(void *context, int64_t handle, enum stop how, const char **name)
{
    const struct linux_host *linux_host = context;
    (void)name;
    if (how == STOP_FORCE)
        return signals_send(handle, SIGKILL);
    enum delivery delivery = signals_send(handle, linux_host->settings->signal);
    if (delivery == DELIVERY_SENT)
        signals_wake(handle);
    return delivery;
}

static void wait_for_end(void *context, const int64_t *handles, bool *ended, uint32_t count,
                         uint64_t milliseconds)
{
    (void)context;
    signals_wait(handles, ended, count, milliseconds);
}

static void close_handle(void *context, int64_t handle)
{
    (void)context;
    signals_close(handle);
}

static enum lock lock(void *context, const struct request *request)
{
    struct linux_host *linux_host = context;
    return state_lock(&linux_host->state, request);
}

static void unlock(void *context)
{
    struct linux_host *linux_host = context;
    state_unlock(&linux_host->state);
}

static void recall(void *context, const struct request *request, struct breaker_memory *memory)
{
    const struct linux_host *linux_host = context;
    state_recall(&linux_host->state, request, memory);
}

static void remember(void *context, const struct request *request,
                     const struct breaker_memory *memory)
{
    const struct linux_host *linux_host = context;
    (void)request;
    state_remember(&linux_host->state, memory);
}

static bool close_lingering(void *context, const struct request *request)
{
    struct linux_host *linux_host = context;
    return sockets_close_lingering(request, linux_host->workspace.buffer);
}

static void write_message(void *context, const char *line, size_t length)
{
    const struct linux_host *linux_host = context;
    log_write(linux_host->settings, linux_host->stderr_is_open, line, length);
}

static const char *stop_name(void *context, enum stop how)
{
    const struct linux_host *linux_host = context;
    return signals_name(how == STOP_FORCE ? SIGKILL : linux_host->settings->signal);
}

struct linux_host *host_create(const struct settings *settings)
{
    struct linux_host *linux_host = memory_map(sizeof(*linux_host));
    if (linux_host == NULL)
        return NULL;
    linux_host->settings = settings;
    linux_host->stderr_is_open = log_stderr_is_open();
    linux_host->state = (struct state){
        .directory = settings->state_directory,
        .file = NO_DESCRIPTOR,
    };
    linux_host->host = (struct host){
        .context = linux_host,
        .self_pid = (int32_t)SYSTEM(getpid),
        .now_ms = now_ms,
        .wall_clock_ms = wall_clock_ms,
        .attempt = attempt,
        .reuse_address = reuse_address,
        .observe = observe,
        .stop = stop,
        .wait = wait_for_end,
        .close = close_handle,
        .lock = lock,
        .unlock = unlock,
        .recall = recall,
        .remember = remember,
        .close_lingering = close_lingering,
        .write = write_message,
        .stop_name = stop_name,
    };
    return linux_host;
}

void host_destroy(struct linux_host *linux_host)
{
    memory_unmap(linux_host, sizeof(*linux_host));
}

static struct claim_history *take_history(struct linux_host *linux_host)
{
    struct host_history *history = linux_host->history;
    if (history == NULL)
        return history_take();
    return __atomic_exchange_n(&history->is_taken, true, __ATOMIC_ACQUIRE) ? NULL
                                                                           : &history->history;
}

static void give_history(struct linux_host *linux_host, struct claim_history *history)
{
    if (linux_host->history == NULL)
        history_give(history);
    else if (history != NULL)
        __atomic_store_n(&linux_host->history->is_taken, false, __ATOMIC_RELEASE);
}

enum claim_result host_claim(struct linux_host *linux_host)
{
    struct claim_history *history = take_history(linux_host);
    enum claim_result result = claim_run(&linux_host->claim, linux_host->settings,
                                         &linux_host->host, &linux_host->request, history);
    give_history(linux_host, history);
    return result;
}
