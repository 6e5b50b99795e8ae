#include "cast_parts.h"

#include "kernel.h"

enum {
    PORT = 8080,
    OLDEST_MS = 3600000,
    ALL_KNOWN = KNOWN_START | KNOWN_USER | KNOWN_EXECUTABLE | KNOWN_ARGUMENTS | KNOWN_DIRECTORY |
                KNOWN_CGROUP | KNOWN_LABEL | KNOWN_ANCESTORS,
};

const char cast_our_unit[] = "/system.slice/gateway.service";
/* systemd escapes what it makes unit names of; other managers of cgroups need not. */
const char cast_other_unit[] = "/system.slice/\n\"\\ \x1b\xff, and "
                               "longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglong"
                               "longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglong"
                               "longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglong"
                               ".service";
const char cast_session[] = "/user.slice/user-1000.slice/cast_session-3.scope";
const char cast_our_label[] = "gateway";
const char cast_other_label[] = "other";

bool cast_chance(struct schedule *schedule, uint32_t percent)
{
    return dice_chance(&schedule->dice, percent);
}

struct actor *cast_at(struct schedule *schedule, int index)
{
    return &schedule->world.actors[index];
}

const struct actor *cast_self(struct schedule *schedule)
{
    return cast_at(schedule, schedule->world.self);
}

/* ---- endpoints ---- */

#define ANY                                                                                        \
    {                                                                                              \
        0                                                                                          \
    }
#define LOOPBACK_4                                                                                 \
    {                                                                                              \
        127, 0, 0, 1                                                                               \
    }
#define LOOPBACK_6                                                                                 \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1                                             \
    }

const struct endpoint cast_endpoints[CAST_ENDPOINTS] = {
    {.family = FAMILY_IPV4, .address = LOOPBACK_4, .port = PORT},
    {.family = FAMILY_IPV6, .address = LOOPBACK_6, .port = PORT},
    {.family = FAMILY_IPV4, .address = ANY, .port = PORT},
    {.family = FAMILY_IPV6, .address = ANY, .port = PORT},
    {.family = FAMILY_IPV6, .address = ANY, .port = PORT, .ipv6_only = true},
};

/* Among the first `count`, one that overlaps with ours, or one that does not. */
struct endpoint cast_pick_endpoint(struct schedule *schedule, uint32_t count, bool overlapping)
{
    const struct endpoint *ours = &schedule->world.request.endpoint;
    for (;;) {
        struct endpoint endpoint = cast_endpoints[dice_below(&schedule->dice, count)];
        endpoint.protocol = ours->protocol;
        if (endpoint.protocol != PROTOCOL_UDP && cast_chance(schedule, 20))
            endpoint.protocol = PROTOCOL_MPTCP;
        if (!overlapping && cast_chance(schedule, 50))
            endpoint.port = PORT + 1;
        if (kernel_overlaps(&endpoint, ours) == overlapping)
            return endpoint;
    }
}

/* Beside a listener nobody is bound without listening too, for then both would have to reuse. */
static void make_all_listen(struct world *world)
{
    for (int left = 0; left < world->socket_count; left++) {
        for (int right = 0; right < world->socket_count; right++) {
            struct socket *bound = &world->sockets[left].socket;
            const struct socket *listener = &world->sockets[right].socket;
            if (bound->state == SOCKET_BOUND && listener->state == SOCKET_LISTENING &&
                bound->inode != world->request.own_inode &&
                kernel_overlaps(&bound->local, &listener->local))
                bound->state = SOCKET_LISTENING;
        }
    }
}

/*
 * Two sockets are bound in each other's way only when both reuse and neither listens yet. So who is
 * in the way of our listen() reuses, and listens since we bound.
 */
void cast_listen(struct schedule *schedule, int actor)
{
    struct endpoint endpoint = cast_pick_endpoint(schedule, CAST_ENDPOINTS, true);
    bool late = schedule->world.request.operation != OPERATION_BIND;
    bool bound = endpoint.protocol == PROTOCOL_UDP || (!late && cast_chance(schedule, 5));
    bool reuses = late || (!bound && cast_chance(schedule, 70));
    world_add_socket(&schedule->world, actor, bound ? SOCKET_BOUND : SOCKET_LISTENING, &endpoint,
                     reuses);
    make_all_listen(&schedule->world);
}

void cast_connect(struct schedule *schedule, int actor, bool reuses)
{
    struct endpoint endpoint = cast_pick_endpoint(schedule, CAST_SPECIFIC_ENDPOINTS, true);
    bool late = schedule->world.request.operation != OPERATION_BIND;
    world_add_socket(&schedule->world, actor, SOCKET_CONNECTED, &endpoint, late || reuses);
}

/* ---- processes in general ---- */

static int32_t next_pid(struct schedule *schedule)
{
    const struct world *world = &schedule->world;
    int32_t most = 1;
    for (int index = 0; index < world->actor_count; index++)
        most = world->actors[index].pid > most ? world->actors[index].pid : most;
    return most + (int32_t)dice_between(&schedule->dice, 1, 900);
}

struct actor cast_somebody(struct schedule *schedule, enum role role, const struct program *program)
{
    int32_t pid = next_pid(schedule);
    return (struct actor){
        .program = program,
        .role = role,
        .life = LIFE_RUNNING,
        .pid = pid,
        .parent = INIT,
        .process_group = pid,
        .user = OUR_USER,
        .cgroup = schedule->in_unit ? cast_other_unit : cast_session,
        .label = "",
        .known = ALL_KNOWN,
        .heir_of = NOBODY,
        .next = NOBODY,
        .temper = {.teardown_ms = dice_below(&schedule->dice, 20)},
    };
}

/* A start before ours. */
uint64_t cast_earlier_start_ms(struct schedule *schedule)
{
    uint64_t ours_ms = cast_self(schedule)->start_ms;
    uint32_t most_ms = ours_ms - 1 < OLDEST_MS ? (uint32_t)ours_ms - 1 : OLDEST_MS;
    return ours_ms - dice_between(&schedule->dice, 1, most_ms);
}

uint64_t cast_later_start_ms(struct schedule *schedule)
{
    uint64_t ours_ms = cast_self(schedule)->start_ms;
    uint32_t since_ms = (uint32_t)(schedule->world.now_ms - ours_ms);
    return ours_ms + dice_below(&schedule->dice, since_ms + 1);
}
