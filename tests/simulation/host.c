/* The table of functions that claim_run() gets, over the made-up world. */
#include "oracle.h"

#include <inttypes.h>

enum { INTERRUPTED_AFTER_MS = 20 }; /* the most that a sleep lasts which a signal handler ends */

#define WALL_CLOCK_OF_BOOT_MS UINT64_C(1700000000000)

/* A call that takes its time: the world goes on meanwhile. */
static void spend(struct schedule *schedule)
{
    if (dice_chance(&schedule->dice, schedule->faults.call_percent))
        world_pass(&schedule->world, dice_below(&schedule->dice, schedule->faults.call_ms + 1));
}

static uint64_t now_ms(void *context)
{
    struct schedule *schedule = context;
    watch_call(schedule);
    return schedule->world.now_ms;
}

static uint64_t wall_clock_ms(void *context)
{
    const struct schedule *schedule = context;
    return WALL_CLOCK_OF_BOOT_MS + schedule->world.now_ms;
}

static const char *stop_name(void *context, enum stop how)
{
    (void)context;
    return how == STOP_ASK ? "SIGTERM" : "SIGKILL";
}

/* ---- the caller's socket ---- */

/* A socket that listens was bound before, and keeps its place. */
static void occupy(struct world *world)
{
    struct place *place = NULL;
    for (int index = 0; index < world->socket_count; index++) {
        const struct socket *socket = &world->sockets[index].socket;
        if (world->sockets[index].used && world->request.own_inode != 0 &&
            socket->inode == world->request.own_inode)
            place = &world->sockets[index];
    }
    if (place != NULL)
        place->socket.state = SOCKET_LISTENING;
    else
        world_add_socket(world, world->self, SOCKET_LISTENING, &world->request.endpoint,
                         world->reuses);
    world->bound = true;
    world_note_freedom(world);
}

static enum attempt attempt(void *context)
{
    struct schedule *schedule = context;
    struct world *world = &schedule->world;
    enum attempt result = ATTEMPT_BUSY;
    watch_call(schedule);
    if (world_is_shared(world))
        watch_fail(schedule, "makes a call again that has succeeded");
    watch_attempt(schedule);
    spend(schedule);
    if (world->now_ms >= schedule->faults.fails_at_ms)
        result = ATTEMPT_FAILED;
    else if (world->free_since_ms != NEVER)
        result = ATTEMPT_DONE;
    if (result == ATTEMPT_DONE)
        occupy(world);
    schedule->watch.last_attempt = result;
    if (result != ATTEMPT_BUSY)
        world_trace(world, "the attempt %s", result == ATTEMPT_DONE ? "succeeds" : "fails");
    return result;
}

static bool reuse_address(void *context)
{
    struct schedule *schedule = context;
    struct world *world = &schedule->world;
    watch_call(schedule);
    if (world->request.endpoint.protocol == PROTOCOL_UDP)
        watch_fail(schedule, "sets SO_REUSEADDR on UDP");
    watch_act(schedule, "sets SO_REUSEADDR");
    bool changed = !world->reuses;
    world->reuses = true;
    world_note_freedom(world);
    return changed;
}

static bool close_lingering(void *context, const struct request *request)
{
    struct schedule *schedule = context;
    struct world *world = &schedule->world;
    watch_call(schedule);
    watch_act(schedule, "closes sockets");
    spend(schedule);
    if (!schedule->faults.close_permitted)
        return false;
    for (int index = 0; index < world->socket_count; index++) {
        struct place *place = &world->sockets[index];
        if (place->used && place->socket.state == SOCKET_CLOSABLE &&
            place->socket.local.port == request->endpoint.port)
            place->used = false;
    }
    world_trace(world, "closes lingering sockets");
    world_note_freedom(world);
    return true;
}

/* ---- signals ---- */

/* The actor of an open handle. */
static int actor_of(struct schedule *schedule, int64_t handle)
{
    if (handle == HANDLE_NONE)
        return NOBODY;
    if (handle < 0 || handle >= schedule->handle_count || !schedule->handles[handle].open)
        watch_fail(schedule, "uses handle %" PRId64 ", which is not open", handle);
    return schedule->handles[handle].actor;
}

static enum delivery deliver(struct schedule *schedule, int index, enum stop how)
{
    struct world *world = &schedule->world;
    struct actor *actor = index == NOBODY ? NULL : &world->actors[index];
    if (actor == NULL || schedule->faults.stop_fails)
        return DELIVERY_FAILED;
    if (actor->life == LIFE_GONE)
        return DELIVERY_GONE;
    if (actor->temper.denied)
        return DELIVERY_DENIED;
    if (how == STOP_ASK && actor->temper.unaskable)
        return DELIVERY_UNASKABLE;
    if (how == STOP_ASK)
        world_ask(world, index);
    else
        world_force(world, index);
    actor->asked = true; /* also one that cannot be: it was found stale */
    return DELIVERY_SENT;
}

static enum delivery stop(void *context, int64_t handle, enum stop how, const char **name)
{
    (void)name;
    static const char *const names[] = {
        [DELIVERY_SENT] = "sent",     [DELIVERY_UNASKABLE] = "unaskable", [DELIVERY_GONE] = "gone",
        [DELIVERY_DENIED] = "denied", [DELIVERY_FAILED] = "failed",
    };
    struct schedule *schedule = context;
    watch_call(schedule);
    int actor = actor_of(schedule, handle);
    watch_stop(schedule, actor, how);
    spend(schedule);
    enum delivery delivery = deliver(schedule, actor, how);
    watch_delivery(schedule, actor, how, delivery);
    world_trace(&schedule->world, "%s PID %d: %s", stop_name(context, how),
                actor == NOBODY ? 0 : (int)schedule->world.actors[actor].pid, names[delivery]);
    spend(schedule);
    return delivery;
}

/* ---- sleep ---- */

/* True when one has ended that was not known to have. */
static bool note_ends(struct schedule *schedule, const int64_t *handles, bool *ended,
                      uint32_t count)
{
    bool any = false;
    for (uint32_t index = 0; index < count; index++) {
        if (ended[index])
            continue;
        int actor = actor_of(schedule, handles[index]);
        if (actor == NOBODY)
            watch_fail(schedule, "waits for a process without a handle");
        if (schedule->world.actors[actor].life == LIFE_GONE) {
            ended[index] = true;
            any = true;
        }
    }
    return any;
}

static void wait(void *context, const int64_t *handles, bool *ended, uint32_t count,
                 uint64_t milliseconds)
{
    struct schedule *schedule = context;
    struct world *world = &schedule->world;
    const uint64_t since_ms = world->now_ms;
    watch_call(schedule);
    watch_wait(schedule, milliseconds);
    uint64_t until_ms = since_ms + milliseconds;
    if (milliseconds > 0 && dice_chance(&schedule->dice, schedule->faults.interrupt_percent)) {
        uint64_t early_ms = dice_below(&schedule->dice, INTERRUPTED_AFTER_MS);
        until_ms = early_ms < milliseconds ? since_ms + early_ms : until_ms;
    }
    bool somebody_ended = note_ends(schedule, handles, ended, count);
    while (!somebody_ended && world->now_ms < until_ms) {
        uint64_t change_ms = world_next_change_ms(world);
        uint64_t next_ms = change_ms < until_ms ? change_ms : until_ms;
        world_pass(world, next_ms > world->now_ms ? next_ms - world->now_ms : 0);
        somebody_ended = note_ends(schedule, handles, ended, count);
    }
    watch_slept(schedule, since_ms, somebody_ended);
}

static void close_handle(void *context, int64_t handle)
{
    struct schedule *schedule = context;
    if (actor_of(schedule, handle) == NOBODY)
        watch_fail(schedule, "closes a handle that is none");
    schedule->handles[handle].open = false;
    schedule->watch.open_handles--;
}

/* ---- what is shared between starters ---- */

static enum lock take_lock(void *context, const struct request *request)
{
    struct schedule *schedule = context;
    struct watch *watch = &schedule->watch;
    (void)request;
    watch_call(schedule);
    spend(schedule);
    if (watch->locked)
        watch_fail(schedule, "takes the lock twice");
    watch->lock_refused = false;
    if (schedule->faults.lock_unavailable)
        return LOCK_UNAVAILABLE;
    watch->lock_refused = schedule->world.locked_by_other;
    watch->locked = !watch->lock_refused;
    watch->had_lock = watch->had_lock || watch->locked;
    world_trace(&schedule->world, "the lock is %s", watch->locked ? "taken" : "busy");
    return watch->locked ? LOCK_TAKEN : LOCK_BUSY;
}

static void unlock(void *context)
{
    struct schedule *schedule = context;
    if (!schedule->watch.locked)
        watch_fail(schedule, "gives back a lock that it does not have");
    schedule->watch.locked = false;
}

static void copy_memory(struct breaker_memory *target, const struct breaker_memory *source)
{
    target->count = source->count;
    for (uint32_t index = 0; index < source->count; index++)
        target->records[index] = source->records[index];
}

static void recall(void *context, const struct request *request, struct breaker_memory *memory)
{
    struct schedule *schedule = context;
    (void)request;
    watch_call(schedule);
    spend(schedule);
    watch_recall(schedule);
    copy_memory(memory, &schedule->world.memory);
    world_pass(&schedule->world, dice_below(&schedule->dice, schedule->faults.recall_ms + 1));
}

static void remember(void *context, const struct request *request,
                     const struct breaker_memory *memory)
{
    struct schedule *schedule = context;
    (void)request;
    watch_call(schedule);
    watch_remember(schedule, memory);
    copy_memory(&schedule->world.memory, memory);
    spend(schedule);
}

static void write_line(void *context, const char *line, size_t length)
{
    struct schedule *schedule = context;
    watch_call(schedule);
    watch_line(schedule, line, length);
    world_trace(&schedule->world, "writes %.*s", (int)length - 1, line);
    spend(schedule);
}

struct host host_of(struct schedule *schedule)
{
    return (struct host){
        .context = schedule,
        .self_pid = schedule->world.actors[schedule->world.self].pid,
        .now_ms = now_ms,
        .wall_clock_ms = wall_clock_ms,
        .attempt = attempt,
        .reuse_address = reuse_address,
        .observe = look_around,
        .stop = stop,
        .wait = wait,
        .close = close_handle,
        .lock = take_lock,
        .unlock = unlock,
        .recall = recall,
        .remember = remember,
        .close_lingering = close_lingering,
        .write = write_line,
        .stop_name = stop_name,
    };
}
