#include "cast.h"

#include "cast_parts.h"
#include "programs.h"

/* ---- ourselves and what is above us ---- */

static void cast_ancestors(struct schedule *schedule)
{
    struct actor init = cast_somebody(schedule, ROLE_INIT, &programs_init);
    init.pid = 1;
    init.process_group = 1;
    init.parent = NOBODY;
    init.user = 0;
    if (cast_chance(schedule, 20)) { /* in a container */
        init.program = schedule->kit->ours;
        init.user = OUR_USER;
    }
    init.cgroup = "/init.scope";
    world_add_actor(&schedule->world, &init);
    uint32_t between = dice_below(&schedule->dice, 4);
    for (uint32_t up = 0; up < between; up++) {
        const struct program *program =
            cast_chance(schedule, 50) ? &programs_shell : schedule->kit->ours;
        struct actor ancestor = cast_somebody(schedule, ROLE_LINEAGE, program);
        ancestor.parent = schedule->world.actor_count - 1;
        ancestor.cgroup = schedule->in_unit && up + 1 == between ? cast_our_unit : ancestor.cgroup;
        world_add_actor(&schedule->world, &ancestor);
    }
}

static void make_request(struct schedule *schedule, enum operation operation,
                         enum protocol protocol)
{
    struct world *world = &schedule->world;
    world->request = (struct request){
        .operation = operation,
        .endpoint = cast_endpoints[dice_below(&schedule->dice, CAST_ENDPOINTS)],
    };
    world->request.endpoint.protocol = protocol;
    world->reuses =
        protocol != PROTOCOL_UDP && (operation == OPERATION_LISTEN || cast_chance(schedule, 50));
    if (operation == OPERATION_BIND)
        return;
    bool listens = operation == OPERATION_SHARE && protocol != PROTOCOL_UDP;
    int place = world_add_socket(world, world->self, listens ? SOCKET_LISTENING : SOCKET_BOUND,
                                 &world->request.endpoint, true);
    world->request.own_inode = world->sockets[place].socket.inode;
}

void cast_ourselves(struct schedule *schedule, enum operation operation, enum protocol protocol)
{
    struct world *world = &schedule->world;
    cast_ancestors(schedule);
    struct actor self = cast_somebody(schedule, ROLE_SELF, schedule->kit->ours);
    int parent = world->actor_count - 1;
    self.parent = parent;
    self.process_group = cast_chance(schedule, 50) ? self.pid : world->actors[parent].process_group;
    self.start_ms = world->now_ms - dice_between(&schedule->dice, 1, 3000);
    self.cgroup = schedule->in_unit ? cast_our_unit : cast_session;
    self.label = schedule->labelled ? cast_our_label : "";
    world->self = world_add_actor(world, &self);
    for (int index = 0; index < world->self; index++)
        world->actors[index].start_ms = cast_earlier_start_ms(schedule);
    make_request(schedule, operation, protocol);
}

/* ---- the stale ---- */

/* Each way, and each only where it is one, to be known as an earlier instance. */
static void identify_as_ours(struct schedule *schedule, struct actor *actor)
{
    const struct kit *kit = schedule->kit;
    struct settings *settings = &schedule->settings;
    actor->program = kit->same[dice_below(&schedule->dice, kit->same_count)];
    actor->upgraded = cast_chance(schedule, 20);
    actor->cgroup = schedule->in_unit ? cast_our_unit : cast_session;
    if (schedule->labelled && cast_chance(schedule, 50))
        actor->label = cast_our_label;
    if (cast_chance(schedule, 60))
        return;
    if (actor->label == cast_our_label || (schedule->in_unit && actor->parent == INIT)) {
        actor->program = kit->strangers[dice_below(&schedule->dice, kit->stranger_count)];
    } else if (settings->protect[0] == '\0') {
        actor->program = &programs_former;
        text_copy(settings->match, sizeof(settings->match),
                  "exe:/nowhere/*, " PROGRAMS_FORMER_RULE);
    }
}

static struct temper roll_temper(struct schedule *schedule)
{
    struct dice *dice = &schedule->dice;
    struct temper temper = {
        .deaf = dice_chance(dice, 20),
        .drains = dice_chance(dice, 30),
        .asked_ms = dice_below(dice, dice_chance(dice, 70) ? 200 : 3000),
        .drain_ms = dice_below(dice, 5000),
        .teardown_ms = dice_below(dice, dice_chance(dice, 80) ? 20 : 500),
    };
    return temper;
}

int cast_earlier(struct schedule *schedule)
{
    struct actor actor = cast_somebody(schedule, ROLE_EARLIER, schedule->kit->ours);
    if (cast_chance(schedule, 30))
        actor.parent = cast_random_ancestor(schedule);
    actor.start_ms = cast_earlier_start_ms(schedule);
    actor.temper = roll_temper(schedule);
    identify_as_ours(schedule, &actor);
    int index = world_add_actor(&schedule->world, &actor);
    cast_listen(schedule, index);
    if (cast_chance(schedule, 20))
        cast_listen(schedule, index);
    if (cast_chance(schedule, 40))
        cast_connect(schedule, index, cast_chance(schedule, 70));
    /* It stopped somebody itself, when it was the new one. */
    if (cast_chance(schedule, 20)) {
        world_remember(&schedule->world, cast_at(schedule, index), actor.start_ms);
        schedule->settings.limit++;
    }
    /* It bound as the user that we are, and gave up its privileges then. */
    if (cast_chance(schedule, 10))
        cast_at(schedule, index)->user = OTHER_USER;
    return index;
}

static void share_sockets(struct schedule *schedule, int giver, int worker)
{
    struct world *world = &schedule->world;
    for (int index = 0; index < world->socket_count; index++) {
        struct place *place = &world->sockets[index];
        if ((place->owners & UINT32_C(1) << giver) != 0 && place->socket.state != SOCKET_CONNECTED)
            place->owners |= UINT32_C(1) << worker;
    }
}

static int cast_heir(struct schedule *schedule, int giver_index, enum role role, uint64_t start_ms)
{
    struct actor giver = *cast_at(schedule, giver_index);
    const struct program *program = cast_chance(schedule, 50) ? giver.program : &programs_stray;
    struct actor actor = cast_somebody(schedule, role, program);
    actor.parent = giver_index;
    actor.heir_of = giver_index;
    actor.process_group = giver.process_group;
    actor.start_ms = start_ms;
    actor.user = giver.user;
    actor.cgroup = giver.cgroup;
    actor.label = giver.label;
    actor.temper = roll_temper(schedule);
    actor.temper.dies_with_parent = cast_chance(schedule, 50);
    int index = world_add_actor(&schedule->world, &actor);
    share_sockets(schedule, giver_index, index);
    return index;
}

int cast_worker(struct schedule *schedule, int giver)
{
    uint64_t since_ms = cast_at(schedule, giver)->start_ms;
    uint32_t gap_ms = (uint32_t)(cast_self(schedule)->start_ms - since_ms);
    return cast_heir(schedule, giver, ROLE_WORKER, since_ms + dice_below(&schedule->dice, gap_ms));
}

int cast_late_worker(struct schedule *schedule, int giver)
{
    return cast_heir(schedule, giver, ROLE_LATE_WORKER, cast_later_start_ms(schedule));
}
