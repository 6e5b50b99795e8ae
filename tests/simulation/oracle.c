#include "oracle.h"

enum { MS_PER_S = 1000 };

bool oracle_is_stale(const struct world *world, int index)
{
    const struct actor *actor = &world->actors[index];
    bool older = actor->start_ms < world->actors[world->self].start_ms;
    bool ours = actor->role == ROLE_EARLIER || actor->role == ROLE_WORKER ||
                (actor->role == ROLE_RIVAL && older);
    return ours && !actor->took_port;
}

/* Of whom nothing can be read nobody can say that it is stale; who was asked already, is. */
static bool is_readable(const struct actor *actor)
{
    return actor->asked || (actor->life != LIFE_DYING && (actor->known & KNOWN_EXECUTABLE) != 0);
}

/* Who shares a port with us by right is in nobody's way. */
static bool is_rightful(const struct world *world, const struct actor *actor)
{
    return world_is_shared(world) && (actor->role == ROLE_SELF || actor->role == ROLE_LINEAGE ||
                                      actor->role == ROLE_INIT || actor->role == ROLE_SIBLING ||
                                      actor->role == ROLE_YOUNGER || actor->role == ROLE_PROTECTED);
}

bool oracle_blocks(const struct world *world, int index, uint32_t shown)
{
    const struct actor *actor = &world->actors[index];
    if (is_rightful(world, actor))
        return false;
    bool worker = actor->role == ROLE_WORKER || actor->role == ROLE_LATE_WORKER;
    bool with_giver = worker && (shown & UINT32_C(1) << actor->heir_of) != 0;
    return !with_giver && !(oracle_is_stale(world, index) && is_readable(actor));
}

static bool is_of_this_claim(const struct schedule *schedule, const struct breaker_record *record)
{
    const struct actor *self = &schedule->world.actors[schedule->world.self];
    return record->killer == self->pid && record->killer_start_ms == self->start_ms &&
           record->time_ms >= schedule->watch.started_ms;
}

bool oracle_breaker_is_open(const struct schedule *schedule)
{
    const struct world *world = &schedule->world;
    const uint64_t window_ms = (uint64_t)schedule->settings.limit_window_s * MS_PER_S;
    uint32_t recent = 0;
    if (window_ms == 0)
        return false;
    for (uint32_t index = 0; index < world->memory.count; index++) {
        const struct breaker_record *record = &world->memory.records[index];
        bool counts = record->time_ms <= world->now_ms &&
                      world->now_ms - record->time_ms < window_ms &&
                      !is_of_this_claim(schedule, record);
        recent += counts ? 1 : 0;
    }
    return recent >= schedule->settings.limit;
}

const char *oracle_role_name(enum role role)
{
    static const char *const names[] = {
        [ROLE_SELF] = "self",           [ROLE_LINEAGE] = "ancestor",
        [ROLE_INIT] = "PID 1",          [ROLE_EARLIER] = "earlier instance",
        [ROLE_WORKER] = "worker",       [ROLE_LATE_WORKER] = "late worker",
        [ROLE_PROTECTED] = "protected", [ROLE_SIBLING] = "sibling",
        [ROLE_YOUNGER] = "younger",     [ROLE_RIVAL] = "rival",
        [ROLE_STRANGER] = "stranger",   [ROLE_OTHER_USER] = "other user's",
        [ROLE_CLIENT] = "client",       [ROLE_ELSEWHERE] = "elsewhere",
    };
    return names[role];
}
