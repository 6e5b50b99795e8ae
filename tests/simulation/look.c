/* host.observe: what a look shows of the world, and what it does not. */
#include "oracle.h"

#include <string.h>

enum {
    ANCESTORS_SHOWN = 16,
    BETWEEN_TWO_PROCESSES_MS = 3, /* how much later than its deadline a look may end */
    DYING_KNOWN = KNOWN_START | KNOWN_USER | KNOWN_CGROUP | KNOWN_ANCESTORS,
};

/* ---- one process ---- */

static void show_file(struct file *file, bool known, const char *path, bool deleted)
{
    file->device = known ? 1 : 0;
    file->inode = known ? text_hash(TEXT_HASH_START, path, strlen(path)) + deleted : 0;
    file->deleted = known && deleted;
    text_copy(file->path, sizeof(file->path), known ? path : "");
}

static void show_arguments(struct process *process, const struct program *program)
{
    bool known = (process->known & KNOWN_ARGUMENTS) != 0;
    uint32_t length = known ? program->arguments_length : 0;
    memcpy(process->arguments, program->arguments, length);
    process->arguments_length = length;
    process->arguments_hash = text_hash(TEXT_HASH_START, process->arguments, length);
    text_copy(process->script, sizeof(process->script), known ? program->script : "");
}

static void show_ancestors(const struct world *world, int index, struct process *process)
{
    const struct actor *actor = &world->actors[index];
    bool in_unit = true;
    process->ancestor_count = 0;
    process->ancestors_in_unit = 0;
    if ((process->known & KNOWN_ANCESTORS) == 0)
        return;
    for (int up = actor->parent; up != NOBODY && process->ancestor_count < ANCESTORS_SHOWN;
         up = world->actors[up].parent) {
        process->ancestors[process->ancestor_count++] = world->actors[up].pid;
        in_unit = in_unit && strcmp(world->actors[up].cgroup, actor->cgroup) == 0;
        process->ancestors_in_unit += in_unit ? 1 : 0;
    }
}

static void show_process(const struct world *world, int index, uint32_t known,
                         struct process *process)
{
    const struct actor *actor = &world->actors[index];
    const struct program *program = actor->program;
    bool start_known = (known & KNOWN_START) != 0;
    process->pid = actor->pid;
    process->known = known;
    process->parent = start_known && actor->parent != NOBODY ? world->actors[actor->parent].pid : 0;
    process->process_group = start_known ? actor->process_group : 0;
    process->start_ms = start_known ? actor->start_ms : 0;
    process->user = (known & KNOWN_USER) != 0 ? actor->user : 0;
    process->essential = false;
    process->ending = actor->life == LIFE_DYING;
    text_copy(process->name, sizeof(process->name), start_known ? program->name : "");
    show_file(&process->executable, (known & KNOWN_EXECUTABLE) != 0, program->executable,
              actor->upgraded);
    show_file(&process->directory, (known & KNOWN_DIRECTORY) != 0, program->directory, false);
    show_arguments(process, program);
    text_copy(process->cgroup, sizeof(process->cgroup),
              (known & KNOWN_CGROUP) != 0 ? actor->cgroup : "");
    text_copy(process->label, sizeof(process->label),
              (known & KNOWN_LABEL) != 0 ? actor->label : "");
    show_ancestors(world, index, process);
}

/* Our master, and what is above it up to the first of our program. */
static void show_service(const struct world *world, struct process *process)
{
    const struct actor *self = &world->actors[world->self];
    uint32_t count = 0;
    process->ancestors_in_service = 0;
    process->service_start_ms = process->start_ms;
    text_copy(process->parent_name, sizeof(process->parent_name),
              world->actors[self->parent].program->name);
    for (int up = self->parent; up != NOBODY; up = world->actors[up].parent) {
        const struct actor *ancestor = &world->actors[up];
        count++;
        if (ancestor->program != self->program)
            continue;
        process->ancestors_in_service = count;
        if (ancestor->start_ms < process->service_start_ms)
            process->service_start_ms = ancestor->start_ms;
    }
}

static void show_self(const struct schedule *schedule, struct process *process)
{
    const struct world *world = &schedule->world;
    uint32_t known = world->actors[world->self].known;
    if (schedule->faults.self_unreadable)
        known &= ~(uint32_t)KNOWN_ANCESTORS;
    show_process(world, world->self, known, process);
    if (world_is_shared(world))
        show_service(world, process);
}

/* ---- sockets in the way ---- */

static void feed(const struct world *world, const struct request *request, enum socket_state first,
                 enum socket_state last, struct obstacles *obstacles)
{
    for (int index = 0; index < world->socket_count; index++) {
        const struct place *place = &world->sockets[index];
        if (place->used && place->socket.state >= first && place->socket.state <= last)
            obstacles_add(obstacles, request, &place->socket);
    }
}

static const struct place *find_place(const struct world *world, uint64_t inode)
{
    for (int index = 0; index < world->socket_count; index++) {
        const struct place *place = &world->sockets[index];
        if (place->used && inode != 0 && place->socket.inode == inode)
            return place;
    }
    return NULL;
}

/* ---- holders ---- */

struct look {
    struct schedule *schedule;
    const struct obstacles *obstacles;
    struct observation *observation;
    struct shown shown;
    bool thorough;
    int missed;        /* this actor is not read, or NOBODY */
    uint32_t examined; /* a bit for each actor */
    uint32_t covered;  /* a bit for each obstacle with a holder; the schedules have less than 32 */
};

static bool add_socket(struct holder *holder, const struct socket *socket)
{
    bool first = holder->inode_count == 0;
    if (first || socket->state < holder->socket.state)
        holder->socket = *socket;
    if (holder->inode_count < HOLDER_INODES)
        holder->inodes[holder->inode_count++] = socket->inode;
    return first;
}

static struct holder *next_holder(struct look *look)
{
    struct holder *holder = &look->observation->holders[look->observation->holder_count];
    holder->visible = false;
    holder->process.pid = 0;
    holder->process.known = 0;
    holder->process.ending = false;
    holder->process.name[0] = '\0';
    holder->process.executable.path[0] = '\0';
    holder->process.script[0] = '\0';
    holder->process.cgroup[0] = '\0';
    holder->process.start_ms = 0;
    holder->process.ancestor_count = 0;
    holder->inode_count = 0;
    holder->serves_elsewhere = false;
    holder->handle = HANDLE_NONE;
    return holder;
}

static int64_t open_handle(struct schedule *schedule, int actor)
{
    if (schedule->world.actors[actor].without_handle)
        return HANDLE_NONE;
    if (schedule->handle_count == SCHEDULE_HANDLES)
        watch_fail(schedule, "looks too often");
    schedule->handles[schedule->handle_count] = (struct handle){actor, true};
    schedule->watch.open_handles++;
    return schedule->handle_count++;
}

/* A process whose end has begun has no memory any more, and so no executable and no arguments. */
static uint32_t readable(const struct actor *actor)
{
    return actor->life == LIFE_DYING ? actor->known & DYING_KNOWN : actor->known;
}

static void show_actor(struct look *look, int index)
{
    struct schedule *schedule = look->schedule;
    const struct actor *actor = &schedule->world.actors[index];
    struct holder *holder = next_holder(look);
    bool holds = false;
    for (uint32_t socket = 0; socket < look->obstacles->count; socket++) {
        const struct socket *obstacle = &look->obstacles->sockets[socket];
        const struct place *place = find_place(&schedule->world, obstacle->inode);
        if (place == NULL || (place->owners & UINT32_C(1) << index) == 0)
            continue;
        holds = add_socket(holder, obstacle) || holds;
        look->covered |= UINT32_C(1) << socket;
    }
    if (!holds)
        return;
    holder->visible = true;
    holder->serves_elsewhere = actor->serves_elsewhere;
    holder->handle = open_handle(schedule, index);
    show_process(&schedule->world, index, readable(actor), &holder->process);
    look->observation->holder_count++;
    look->shown.actors |= UINT32_C(1) << index;
    world_trace(&schedule->world, "  sees PID %d (%s)", (int)actor->pid,
                oracle_role_name(actor->role));
}

static bool is_of_our_program(const struct world *world, int index)
{
    const struct program *ours = world->actors[world->self].program;
    return strcmp(world->actors[index].program->executable, ours->executable) == 0;
}

static bool descends_from_holder(const struct look *look, int index)
{
    const struct world *world = &look->schedule->world;
    for (int up = world->actors[index].parent; up != NOBODY; up = world->actors[up].parent) {
        if ((look->shown.actors & UINT32_C(1) << up) != 0)
            return true;
    }
    return false;
}

static bool has_gap(const struct look *look)
{
    return look->covered != (uint32_t)((UINT64_C(1) << look->obstacles->count) - 1);
}

/* In the order in which a host looks at the processes, and as far as it does. */
enum round { ROUND_OURS, ROUND_DESCENDANTS, ROUND_ALL };

static bool is_due(const struct look *look, enum round round, int index)
{
    switch (round) {
    case ROUND_OURS:
        return look->thorough || is_of_our_program(&look->schedule->world, index);
    case ROUND_DESCENDANTS:
        return descends_from_holder(look, index);
    case ROUND_ALL:
        return true;
    }
    return false;
}

static void show_if_due(struct look *look, enum round round, int index)
{
    const struct actor *actor = &look->schedule->world.actors[index];
    bool there = actor->life == LIFE_RUNNING || actor->life == LIFE_DYING;
    bool done = (look->examined & UINT32_C(1) << index) != 0;
    if (!there || done || !is_due(look, round, index))
        return;
    look->examined |= UINT32_C(1) << index;
    if (index == look->missed)
        look->observation->complete = false;
    else if (!actor->hidden)
        show_actor(look, index);
}

static void show_actors(struct look *look)
{
    const int count = look->schedule->world.actor_count;
    const int first = (int)(look->schedule->seed % (uint64_t)count); /* always the same order */
    for (enum round round = ROUND_OURS; round <= ROUND_ALL; round++) {
        if (round == ROUND_ALL && !has_gap(look))
            return;
        for (int step = 0; step < count; step++)
            show_if_due(look, round, (first + step) % count);
    }
}

static void show_ownerless(struct look *look)
{
    for (uint32_t socket = 0; socket < look->obstacles->count; socket++) {
        if ((look->covered & UINT32_C(1) << socket) != 0)
            continue;
        add_socket(next_holder(look), &look->obstacles->sockets[socket]);
        look->observation->holder_count++;
        look->shown.hopeless = true;
        world_trace(&look->schedule->world, "  sees a socket without a process");
    }
}

static void show_obstacles(struct look *look, const struct request *request)
{
    static struct obstacles obstacles;
    const struct world *world = &look->schedule->world;
    struct request asked = *request;
    asked.reuses_address = world->reuses;
    obstacles_start(&obstacles);
    feed(world, &asked, SOCKET_LISTENING, SOCKET_LISTENING, &obstacles);
    if (asked.endpoint.protocol == PROTOCOL_UDP ||
        obstacles_want_bound(&obstacles, &asked) == BOUND_WANTED)
        feed(world, &asked, SOCKET_BOUND, SOCKET_BOUND, &obstacles);
    if (obstacles_want_connections(&obstacles, &asked))
        feed(world, &asked, SOCKET_CONNECTED, SOCKET_SENDING, &obstacles);
    look->obstacles = &obstacles;
    look->observation->closable = obstacles.closable;
    look->observation->sending = obstacles.sending;
    show_actors(look);
    show_ownerless(look);
}

/* ---- the whole ---- */

static void judge_truth(struct look *look)
{
    const struct world *world = &look->schedule->world;
    struct shown *shown = &look->shown;
    for (int index = 0; index < world->actor_count; index++) {
        if ((shown->actors & UINT32_C(1) << index) == 0)
            continue;
        shown->hopeless = shown->hopeless || oracle_blocks(world, index, shown->actors);
        shown->ending = shown->ending || world->actors[index].life == LIFE_DYING;
        shown->self_in_the_way = shown->self_in_the_way || index == world->self;
    }
}

static uint64_t least(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

/* How long a look takes, and what becomes of it. */
struct effort {
    uint64_t before_ms; /* until the picture is taken */
    uint64_t after_ms;
    bool cut_short; /* by its deadline */
    bool fails;     /* nothing is read */
};

static struct effort roll_effort(struct schedule *schedule, uint64_t most_ms)
{
    const struct faults *faults = &schedule->faults;
    const uint32_t looks = schedule->watch.looks;
    struct dice *dice = &schedule->dice;
    bool lags = dice_chance(dice, faults->look_lags_percent) || looks <= faults->first_looks_lag;
    uint64_t wanted_ms = lags ? UINT32_MAX : dice_below(dice, faults->look_ms + 1);
    uint64_t cost_ms = least(wanted_ms, most_ms + dice_below(dice, BETWEEN_TWO_PROCESSES_MS + 1));
    uint64_t before_ms = dice_below(dice, (uint32_t)cost_ms + 1);
    return (struct effort){
        .before_ms = before_ms,
        .after_ms = cost_ms - before_ms,
        .cut_short = wanted_ms > most_ms,
        .fails = dice_chance(dice, faults->look_fails_percent) || looks <= faults->first_looks_fail,
    };
}

/* All, or what a look that fails or is cut short reads of it. */
static void take_picture(struct look *look, const struct effort *effort,
                         const struct request *request)
{
    struct schedule *schedule = look->schedule;
    struct observation *observation = look->observation;
    bool misses = dice_chance(&schedule->dice, schedule->faults.look_misses_percent) ||
                  (effort->cut_short && dice_chance(&schedule->dice, 50));
    if (misses)
        look->missed = (int)dice_below(&schedule->dice, (uint32_t)schedule->world.actor_count);
    observation->complete = !effort->fails && !effort->cut_short;
    observation->holder_count = 0;
    observation->closable = 0;
    observation->obstruction = NULL;
    observation->sending = 0;
    show_self(schedule, &observation->self);
    if (!effort->fails)
        show_obstacles(look, request);
    observation->gap = observation->complete ? NULL : "the simulated look-up is incomplete";
}

static void tell_watch(struct look *look)
{
    struct schedule *schedule = look->schedule;
    look->shown.any = true;
    look->shown.at_ms = schedule->world.now_ms;
    look->shown.complete = look->observation->complete;
    look->shown.self_readable = !schedule->faults.self_unreadable;
    judge_truth(look);
    watch_shown(schedule, &look->shown);
}

void look_around(void *context, const struct request *request, uint64_t deadline_ms, bool thorough,
                 struct observation *observation)
{
    struct schedule *schedule = context;
    struct world *world = &schedule->world;
    struct look look = {
        .schedule = schedule, .observation = observation, .thorough = thorough, .missed = NOBODY};
    watch_call(schedule);
    watch_look(schedule, deadline_ms);
    uint64_t most_ms = deadline_ms > world->now_ms ? deadline_ms - world->now_ms : 0;
    const struct effort effort = roll_effort(schedule, most_ms);
    world_trace(world, "looks%s%s%s, for %d ms", thorough ? " thoroughly" : "",
                effort.fails ? ", in vain" : "", effort.cut_short ? ", cut short" : "",
                (int)(effort.before_ms + effort.after_ms));
    world_pass(world, effort.before_ms);
    take_picture(&look, &effort, request);
    tell_watch(&look);
    world_pass(world, effort.after_ms);
}
