#include "host.h"

#include "clock.h"
#include "log.h"
#include "memory.h"
#include "signals.h"

enum { SIGNAL_KILL = 9 /* PORTCLAIM_SIGNAL=KILL: without asking */ };

static uint64_t now_ms(void *context)
{
    (void)context;
    return clock_now_ms();
}

static uint64_t wall_clock_ms(void *context)
{
    (void)context;
    return clock_wall_ms();
}

/* ---- the call ---- */

/* WSAEACCES: a port that somebody holds exclusively, or one of a range that the system keeps. */
enum attempt host_meaning_of(int error)
{
    switch (error) {
    case 0:
        return ATTEMPT_DONE;
    case WSAEADDRINUSE:
        return ATTEMPT_BUSY;
    case WSAEACCES:
        return ATTEMPT_REFUSED;
    default:
        return ATTEMPT_FAILED;
    }
}

enum attempt host_try(struct windows_host *windows_host)
{
    if (windows_host->would_share &&
        holders_obstruct(&windows_host->workspace, &windows_host->request))
        return ATTEMPT_BUSY;
    windows_host->error = windows_host->attempt(windows_host->attempt_context);
    return host_meaning_of(windows_host->error);
}

static enum attempt attempt(void *context)
{
    return host_try(context);
}

/* On Windows it would let the socket share the port of a living holder, and TIME_WAIT needs none.
 */
static bool reuse_address(void *context)
{
    (void)context;
    return false;
}

/* ---- the holders ---- */

static void observe(void *context, const struct request *request, uint64_t deadline_ms,
                    bool thorough, struct observation *observation)
{
    struct windows_host *windows_host = context;
    const struct settings *settings = windows_host->settings;
    if (settings
            ->only_named) /* a command's claim: its program is none of those that it looks for */
        holders_observe_unlisted(&windows_host->workspace, request, deadline_ms, observation);
    else
        holders_observe(&windows_host->workspace, request, deadline_ms, thorough,
                        settings->service[0] != '\0', observation);
}

static bool asks(const struct windows_host *windows_host, enum stop how)
{
    return how == STOP_ASK && windows_host->settings->signal != SIGNAL_KILL;
}

static enum delivery stop(void *context, int64_t handle, enum stop how, const char **name)
{
    return asks(context, how) ? signals_ask(handle, name) : signals_force(handle);
}

static const char *stop_name(void *context, enum stop how)
{
    return signals_name(asks(context, how) ? STOP_ASK : STOP_FORCE);
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

/* Needs a driver's rights, and TIME_WAIT is in nobody's way. */
static bool close_lingering(void *context, const struct request *request)
{
    (void)context;
    (void)request;
    return false;
}

/* ---- what is shared ---- */

static enum lock lock(void *context, const struct request *request)
{
    struct windows_host *windows_host = context;
    return state_lock(&windows_host->state, request);
}

static void unlock(void *context)
{
    struct windows_host *windows_host = context;
    state_unlock(&windows_host->state);
}

static void recall(void *context, const struct request *request, struct breaker_memory *memory)
{
    const struct windows_host *windows_host = context;
    state_recall(&windows_host->state, request, memory);
}

static void remember(void *context, const struct request *request,
                     const struct breaker_memory *memory)
{
    const struct windows_host *windows_host = context;
    (void)request;
    state_remember(&windows_host->state, memory);
}

static void write_message(void *context, const char *line, size_t length)
{
    const struct windows_host *windows_host = context;
    log_write(windows_host->settings, windows_host->stderr_is_open, line, length);
}

/* ---- the whole ---- */

struct windows_host *host_create(const struct settings *settings)
{
    struct windows_host *windows_host = memory_map(sizeof(*windows_host));
    if (windows_host == NULL)
        return NULL;
    windows_host->settings = settings;
    windows_host->stderr_is_open = log_stderr_is_open();
    windows_host->state = (struct state){
        .directory = settings->state_directory,
        .file = INVALID_HANDLE_VALUE,
    };
    windows_host->host = (struct host){
        .context = windows_host,
        .self_pid = (int32_t)GetCurrentProcessId(),
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
    return windows_host;
}

void host_destroy(struct windows_host *windows_host)
{
    memory_unmap(windows_host, sizeof(*windows_host));
}

enum claim_result host_claim(struct windows_host *windows_host)
{
    struct claim_history *history = history_take();
    enum claim_result result = claim_run(&windows_host->claim, windows_host->settings,
                                         &windows_host->host, &windows_host->request, history);
    history_give(history);
    return result;
}
