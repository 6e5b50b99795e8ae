#include "world.h"

#include "kernel.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_INODE = 1000 };

void world_trace(const struct world *world, const char *format, ...)
{
    if (!world->verbose)
        return;
    va_list arguments;
    va_start(arguments, format);
    printf("# %10" PRIu64 " ms  ", world->now_ms);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

/* A table of the simulation that is too small is its own mistake, not the core's. */
static void demand_room(int count, int size, const char *what)
{
    if (count < size)
        return;
    fprintf(stderr, "simulate: too many %s in one schedule\n", what);
    abort();
}

void world_start(struct world *world, uint64_t now_ms, bool verbose)
{
    world->now_ms = now_ms;
    world->actor_count = 0;
    world->self = NOBODY;
    world->socket_count = 0;
    world->change_count = 0;
    world->next_inode = FIRST_INODE;
    world->reuses = false;
    world->bound = false;
    world->free_since_ms = NEVER;
    world->rival = NOBODY;
    world->rival_ms = 0;
    world->rival_stops_somebody = false;
    world->locked_by_other = false;
    world->claim_has_looked = false;
    world->memory.count = 0;
    world->verbose = verbose;
}

int world_add_actor(struct world *world, const struct actor *actor)
{
    demand_room(world->actor_count, WORLD_ACTORS, "processes");
    world->actors[world->actor_count] = *actor;
    return world->actor_count++;
}

static int find_free_place(struct world *world)
{
    for (int index = 0; index < world->socket_count; index++) {
        if (!world->sockets[index].used)
            return index;
    }
    demand_room(world->socket_count, WORLD_SOCKETS, "sockets");
    return world->socket_count++;
}

int world_add_socket(struct world *world, int owner, enum socket_state state,
                     const struct endpoint *local, bool reuses)
{
    int index = find_free_place(world);
    bool lingers = state == SOCKET_CLOSABLE || state == SOCKET_SENDING;
    world->sockets[index] = (struct place){
        .used = true,
        .reuses = reuses,
        .owners = lingers ? 0 : UINT32_C(1) << owner,
        .socket = {.inode = lingers ? 0 : world->next_inode++,
                   .owner_user = world->actors[owner].user,
                   .state = state,
                   .local = *local},
    };
    return index;
}

/* ---- changes ---- */

void world_schedule(struct world *world, uint64_t at_ms, enum change_kind kind, int subject)
{
    demand_room(world->change_count, WORLD_CHANGES, "changes");
    world->changes[world->change_count++] = (struct change){at_ms, kind, subject};
}

static int find_next_change(const struct world *world)
{
    int next = NOBODY;
    for (int index = 0; index < world->change_count; index++) {
        if (next == NOBODY || world->changes[index].at_ms < world->changes[next].at_ms)
            next = index;
    }
    return next;
}

uint64_t world_next_change_ms(const struct world *world)
{
    int next = find_next_change(world);
    return next == NOBODY ? NEVER : world->changes[next].at_ms;
}

void world_note_freedom(struct world *world)
{
    bool busy =
        kernel_is_busy(world, &world->request.endpoint, world->reuses, world->request.own_inode);
    if (busy || world->bound || world_is_shared(world)) {
        world->free_since_ms = NEVER;
        return;
    }
    if (world->free_since_ms != NEVER)
        return;
    world->free_since_ms = world->now_ms;
    world_trace(world, "the port is free");
    if (world->rival != NOBODY && world->actors[world->rival].life == LIFE_RUNNING)
        world_schedule(world, world->now_ms + world->rival_ms, CHANGE_BIND, world->rival);
}

static void linger(struct world *world, int index, const struct temper *temper)
{
    struct place *place = &world->sockets[index];
    bool lingers = temper->leaves_closable || temper->leaves_sending;
    if (place->socket.state != SOCKET_CONNECTED || !lingers) {
        place->used = false;
        return;
    }
    place->socket.state = temper->leaves_closable ? SOCKET_CLOSABLE : SOCKET_SENDING;
    place->socket.inode = 0;
    world_schedule(world, world->now_ms + temper->lingers_ms, CHANGE_EXPIRE, index);
}

static void let_go(struct world *world, int actor, bool listeners_only)
{
    const uint32_t owner = UINT32_C(1) << actor;
    for (int index = 0; index < world->socket_count; index++) {
        struct place *place = &world->sockets[index];
        bool kept = listeners_only && place->socket.state == SOCKET_CONNECTED;
        if (!place->used || (place->owners & owner) == 0 || kept)
            continue;
        place->owners &= ~owner;
        if (place->owners == 0)
            linger(world, index, &world->actors[actor].temper);
    }
}

static void end(struct world *world, int index)
{
    struct actor *actor = &world->actors[index];
    if (actor->life == LIFE_GONE)
        return;
    world_trace(world, "process %d (%s) ends", (int)actor->pid, actor->program->name);
    actor->life = LIFE_GONE;
    let_go(world, index, false);
    for (int child = 0; child < world->actor_count; child++) {
        struct actor *other = &world->actors[child];
        if (other->parent != index || other->life == LIFE_GONE || other->life == LIFE_UNBORN)
            continue;
        other->parent = INIT;
        if (other->temper.dies_with_parent)
            world_schedule(world, world->now_ms, CHANGE_DIE, child);
    }
    if (actor->next != NOBODY)
        world_schedule(world, world->now_ms + actor->next_ms, CHANGE_BIRTH, actor->next);
}

void world_remember(struct world *world, const struct actor *killer, uint64_t time_ms)
{
    struct breaker_memory *memory = &world->memory;
    struct breaker_record record = {
        .time_ms = time_ms, .killer = killer->pid, .killer_start_ms = killer->start_ms};
    if (memory->count == BREAKER_RECORDS) {
        for (int index = 1; index < BREAKER_RECORDS; index++)
            memory->records[index - 1] = memory->records[index];
        memory->count--;
    }
    memory->records[memory->count++] = record;
}

/* The other starter has won under its lock, which it needs no more. */
static void win_race(struct world *world, struct actor *rival)
{
    world_schedule(world, world->now_ms, CHANGE_UNLOCK, NOBODY);
    if (!world->rival_stops_somebody)
        return;
    world_remember(world, rival, world->now_ms);
    rival->took_port = true;
}

/* Everybody but us binds with SO_REUSEADDR, as most servers do. */
static void bind_for(struct world *world, int index)
{
    struct actor *actor = &world->actors[index];
    const struct endpoint *endpoint = &actor->wanted;
    if (actor->life != LIFE_RUNNING || kernel_is_busy(world, endpoint, true, 0))
        return;
    world_add_socket(world, index, SOCKET_LISTENING, endpoint, true);
    actor->took_port = world->claim_has_looked;
    if (index == world->rival && world->locked_by_other)
        win_race(world, actor);
    world_trace(world, "process %d (%s) takes the port", (int)actor->pid, actor->program->name);
}

static void give_birth(struct world *world, int index)
{
    struct actor *actor = &world->actors[index];
    actor->life = LIFE_RUNNING;
    actor->start_ms = world->now_ms;
    world_trace(world, "process %d (%s) starts", (int)actor->pid, actor->program->name);
    if (actor->wants_port)
        bind_for(world, index);
}

static void expire(struct world *world, int index)
{
    struct place *place = &world->sockets[index];
    if (place->socket.state == SOCKET_CLOSABLE || place->socket.state == SOCKET_SENDING)
        place->used = false;
}

static void apply(struct world *world, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_DIE:
        end(world, change->subject);
        break;
    case CHANGE_CLOSE_LISTENERS:
        world_trace(world, "process %d closes its listeners",
                    (int)world->actors[change->subject].pid);
        let_go(world, change->subject, true);
        break;
    case CHANGE_BIRTH:
        give_birth(world, change->subject);
        break;
    case CHANGE_BIND:
        bind_for(world, change->subject);
        break;
    case CHANGE_EXPIRE:
        expire(world, change->subject);
        break;
    case CHANGE_UNLOCK:
        world->locked_by_other = false;
        break;
    }
    world_note_freedom(world);
}

void world_pass(struct world *world, uint64_t milliseconds)
{
    const uint64_t end_ms = world->now_ms + milliseconds;
    for (;;) {
        int next = find_next_change(world);
        if (next == NOBODY || world->changes[next].at_ms > end_ms)
            break;
        struct change change = world->changes[next];
        world->changes[next] = world->changes[--world->change_count];
        if (change.at_ms > world->now_ms)
            world->now_ms = change.at_ms;
        apply(world, &change);
    }
    world->now_ms = end_ms;
}

/* ---- signals ---- */

void world_ask(struct world *world, int index)
{
    struct actor *actor = &world->actors[index];
    const struct temper *temper = &actor->temper;
    uint64_t effect_ms = world->now_ms + temper->asked_ms;
    bool first = !actor->asked;
    actor->asked = true;
    if (temper->deaf || !first)
        return;
    if (temper->drains)
        world_schedule(world, effect_ms, CHANGE_CLOSE_LISTENERS, index);
    world_schedule(world, effect_ms + (temper->drains ? temper->drain_ms : 0), CHANGE_DIE, index);
}

void world_force(struct world *world, int index)
{
    struct actor *actor = &world->actors[index];
    actor->life = LIFE_DYING;
    world_schedule(world, world->now_ms + actor->temper.teardown_ms, CHANGE_DIE, index);
}
