/* Those who are never to be signalled. */
#include "cast_parts.h"
#include "programs.h"

static int add_listener(struct schedule *schedule, const struct actor *actor)
{
    int index = world_add_actor(&schedule->world, actor);
    cast_listen(schedule, index);
    return index;
}

/* In a unit of ours a living supervisor may be above both of us, so that the unit proves nothing.
 */
static void put_beside_us(struct schedule *schedule, struct actor *actor)
{
    const struct actor *parent = cast_at(schedule, cast_self(schedule)->parent);
    if (!schedule->in_unit || parent->cgroup != cast_our_unit)
        return;
    actor->parent = cast_self(schedule)->parent;
    actor->cgroup = cast_our_unit;
}

static struct actor a_stranger(struct schedule *schedule, enum role role)
{
    const struct kit *kit = schedule->kit;
    struct actor actor = cast_somebody(
        schedule, role, kit->strangers[dice_below(&schedule->dice, kit->stranger_count)]);
    actor.start_ms = cast_earlier_start_ms(schedule);
    if (schedule->labelled && cast_chance(schedule, 40)) {
        actor.label = cast_other_label;
        actor.program = cast_chance(schedule, 50) ? kit->ours : actor.program;
    }
    if (cast_chance(schedule, 30))
        put_beside_us(schedule, &actor);
    return actor;
}

/* Our own program, in every respect but the role. */
static struct actor a_twin(struct schedule *schedule, enum role role)
{
    struct actor actor = cast_somebody(schedule, role, schedule->kit->ours);
    actor.start_ms = cast_earlier_start_ms(schedule);
    actor.cgroup = cast_self(schedule)->cgroup;
    actor.label = cast_self(schedule)->label;
    return actor;
}

int cast_stranger(struct schedule *schedule)
{
    struct actor actor = a_stranger(schedule, ROLE_STRANGER);
    return add_listener(schedule, &actor);
}

int cast_other_user(struct schedule *schedule)
{
    struct actor actor = a_twin(schedule, ROLE_OTHER_USER);
    actor.user = OTHER_USER;
    return add_listener(schedule, &actor);
}

int cast_client(struct schedule *schedule)
{
    bool twin = cast_chance(schedule, 50);
    struct actor actor = twin ? a_twin(schedule, ROLE_CLIENT) : a_stranger(schedule, ROLE_CLIENT);
    actor.serves_elsewhere = twin || cast_chance(schedule, 50);
    int index = world_add_actor(&schedule->world, &actor);
    cast_connect(schedule, index, false);
    return index;
}

/* Does our parent run our program? */
static bool has_master(struct schedule *schedule)
{
    const struct actor *self = cast_self(schedule);
    return cast_at(schedule, self->parent)->program == self->program;
}

int cast_sibling(struct schedule *schedule)
{
    struct actor actor = a_twin(schedule, ROLE_SIBLING);
    actor.parent = cast_self(schedule)->parent;
    actor.process_group = cast_self(schedule)->process_group;
    uint64_t most_ms = cast_self(schedule)->start_ms - 1;
    uint64_t apart_ms = dice_below(&schedule->dice, 900);
    actor.start_ms = cast_self(schedule)->start_ms - (apart_ms < most_ms ? apart_ms : most_ms);
    if (world_is_shared(&schedule->world)) { /* a worker that was never started anew, or is older */
        actor.start_ms = cast_earlier_start_ms(schedule);
        if (has_master(schedule) && cast_chance(schedule, 50))
            actor.process_group = actor.pid;
    }
    return add_listener(schedule, &actor);
}

int cast_younger(struct schedule *schedule)
{
    struct actor actor = a_twin(schedule, ROLE_YOUNGER);
    actor.start_ms = cast_later_start_ms(schedule);
    return add_listener(schedule, &actor);
}

/* Half of them by name, which must be nobody else's. */
int cast_protected(struct schedule *schedule)
{
    struct settings *settings = &schedule->settings;
    struct actor actor = a_twin(schedule, ROLE_PROTECTED);
    struct text list;
    text_start(&list, settings->protect, sizeof(settings->protect));
    text_add(&list, "nobody*, 1,");
    if (settings->match[0] == '\0' && cast_chance(schedule, 50)) {
        actor.program = &programs_former;
        text_copy(settings->match, sizeof(settings->match), PROGRAMS_FORMER_RULE);
        text_add(&list, "old[a-z]*");
    } else {
        text_add_number(&list, actor.pid);
    }
    return add_listener(schedule, &actor);
}

int cast_elsewhere(struct schedule *schedule)
{
    struct actor actor = a_twin(schedule, ROLE_ELSEWHERE);
    int index = world_add_actor(&schedule->world, &actor);
    struct endpoint endpoint = cast_pick_endpoint(schedule, CAST_ENDPOINTS, false);
    world_add_socket(&schedule->world, index, SOCKET_LISTENING, &endpoint, true);
    return index;
}

int cast_anybody_else(struct schedule *schedule)
{
    static int (*const makers[])(struct schedule *) = {
        cast_stranger, cast_other_user, cast_sibling, cast_younger, cast_protected,
    };
    enum { MAKERS = sizeof(makers) / sizeof(makers[0]) };
    int index = NOBODY;
    uint32_t choice = dice_below(&schedule->dice, MAKERS + 2);
    if (choice < MAKERS)
        return makers[choice](schedule);
    if (choice == MAKERS) {
        index = cast_random_ancestor(schedule);
        cast_as_listener(schedule, index);
    } else {
        index = cast_stranger(schedule);
        cast_at(schedule, index)->hidden = true;
    }
    return index;
}

void cast_as_listener(struct schedule *schedule, int actor)
{
    cast_listen(schedule, actor);
}

int cast_random_ancestor(struct schedule *schedule)
{
    return (int)dice_below(&schedule->dice, (uint32_t)schedule->world.self);
}

/* ---- those who come later ---- */

int cast_rival(struct schedule *schedule)
{
    enum { APART_MS = 300 };
    struct world *world = &schedule->world;
    struct actor actor = a_twin(schedule, ROLE_RIVAL);
    uint64_t ours_ms = cast_self(schedule)->start_ms;
    uint64_t apart_ms = dice_below(&schedule->dice, APART_MS);
    bool older = cast_chance(schedule, 50) && apart_ms < ours_ms;
    actor.start_ms = older ? ours_ms - apart_ms : cast_later_start_ms(schedule);
    actor.wanted = world->request.endpoint;
    world->rival = world_add_actor(world, &actor);
    world->rival_ms = cast_chance(schedule, 50) ? 0 : dice_below(&schedule->dice, 60);
    world->rival_stops_somebody = cast_chance(schedule, 50);
    return world->rival;
}

int cast_winner(struct schedule *schedule)
{
    struct actor actor = a_twin(schedule, ROLE_RIVAL);
    actor.took_port = true;
    world_remember(&schedule->world, &actor, cast_later_start_ms(schedule));
    schedule->settings.limit++; /* this kill is not to open the breaker */
    return add_listener(schedule, &actor);
}

/* Born later, and so younger than we are. */
static int add_unborn(struct schedule *schedule, struct actor *actor, int earlier, uint32_t most_ms)
{
    actor->life = LIFE_UNBORN;
    actor->wants_port = cast_chance(schedule, 50);
    actor->wanted = cast_pick_endpoint(schedule, CAST_ENDPOINTS, true);
    int index = world_add_actor(&schedule->world, actor);
    struct actor *before = cast_at(schedule, earlier);
    before->next = index;
    before->next_ms = dice_below(&schedule->dice, most_ms + 1);
    return index;
}

void cast_recycled(struct schedule *schedule, int earlier)
{
    enum { SOON_MS = 3 };
    struct actor actor = cast_chance(schedule, 50) ? a_twin(schedule, ROLE_YOUNGER)
                                                   : a_stranger(schedule, ROLE_STRANGER);
    actor.pid = cast_at(schedule, earlier)->pid;
    add_unborn(schedule, &actor, earlier, SOON_MS);
}

void cast_respawned(struct schedule *schedule, int earlier)
{
    enum { RESTART_MS = 300 };
    struct actor actor = a_twin(schedule, ROLE_YOUNGER);
    add_unborn(schedule, &actor, earlier, RESTART_MS);
}
