/* The module kinship, and the judge of a shared port, which rests on it. */
#include "made_up_host.h"

#include "core/identity.h"
#include "core/kinship.h"
#include "core/runners.h"

enum { MASTER_PID = 450, OUTSIDER_PID = 77, AN_HOUR_MS = 3600000 };

/* The scene's service shares its port; the holder is a twin of it that was started an hour before.
 */
static struct holder *add_sharer(struct scene *scene)
{
    struct process *self = &scene->observation.self;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    self->start_ms = 2 * AN_HOUR_MS;
    self->service_start_ms = self->start_ms;
    SET(self->parent_name, "bash");
    holder->process.start_ms = AN_HOUR_MS;
    scene->context.shares = true;
    return holder;
}

static void a_leftover_of_another_instance_is_stale(void **state)
{
    struct holder *holder = add_sharer(*state);
    EXPECT((struct scene *)*state, holder, EVIDENCE_PROGRAM);
    assert_false(judge_is_rightful(holder));
}

static void a_child_of_our_master_is_a_sibling_at_any_age(void **state)
{
    static const int32_t ancestors[] = {PARENT_PID, INIT_PID};
    struct scene *scene = *state;
    struct holder *holder = add_sharer(scene);
    set_ancestors(&holder->process, ancestors, COUNT(ancestors));
    SET(scene->observation.self.parent_name, "supervisord");
    EXPECT(scene, holder, EVIDENCE_SIBLING);
    assert_true(judge_is_rightful(holder));
    scene->context.shares = false; /* the rule of an ordinary claim: within a second */
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

/* Jobs of one shell, services of one manager, orphans that it adopted: a group for each. */
static void children_of_a_shell_or_manager_are_strangers(void **state)
{
    static const int32_t ancestors[] = {PARENT_PID, INIT_PID};
    static const char *const names[] = {"bash", "sh", "systemd", "tini", "containerd-shim"};
    struct scene *scene = *state;
    struct holder *holder = add_sharer(scene);
    set_ancestors(&holder->process, ancestors, COUNT(ancestors));
    for (size_t index = 0; index < COUNT(names); index++) {
        SET(scene->observation.self.parent_name, names[index]);
        holder->process.process_group = HOLDER_PID;
        EXPECT(scene, holder, EVIDENCE_PROGRAM);
        holder->process.process_group = SELF_PID; /* started by a script of theirs */
        EXPECT(scene, holder, EVIDENCE_SIBLING);
    }
}

static void children_of_init_are_strangers(void **state)
{
    static const int32_t ancestors[] = {INIT_PID};
    struct scene *scene = *state;
    struct holder *holder = add_sharer(scene);
    set_ancestors(&scene->observation.self, ancestors, COUNT(ancestors));
    SET(scene->observation.self.parent_name, "init");
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    SET(scene->observation.self.parent_name, ""); /* hidden */
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    /* It is a supervisor, in a container. */
    SET(scene->observation.self.parent_name, "supervisord");
    EXPECT(scene, holder, EVIDENCE_SIBLING);
    SET(scene->observation.self.parent_name, "init");
    /* It is the service itself: the master in a container. */
    scene->observation.self.ancestors_in_service = 1;
    EXPECT(scene, holder, EVIDENCE_SIBLING);
}

/* Cousins as well: a master, its helpers, and theirs. */
static void whoever_has_a_master_with_us_is_a_sibling(void **state)
{
    static const int32_t ours[] = {PARENT_PID, MASTER_PID, INIT_PID};
    static const int32_t theirs[] = {OUTSIDER_PID, MASTER_PID, INIT_PID};
    struct scene *scene = *state;
    struct holder *holder = add_sharer(scene);
    set_ancestors(&scene->observation.self, ours, COUNT(ours));
    set_ancestors(&holder->process, theirs, COUNT(theirs));
    for (uint32_t count = 0; count <= 3; count++) {
        scene->observation.self.ancestors_in_service = count;
        EXPECT(scene, holder, count >= 2 ? EVIDENCE_SIBLING : EVIDENCE_PROGRAM);
    }
}

static void our_own_descendant_is_one_of_us(void **state)
{
    static const int32_t theirs[] = {OUTSIDER_PID, SELF_PID, INIT_PID};
    struct holder *holder = add_sharer(*state);
    set_ancestors(&holder->process, theirs, COUNT(theirs));
    EXPECT((struct scene *)*state, holder, EVIDENCE_SIBLING);
}

/* Of a stale master that lives and starts workers anew: they must not end the new instance's. */
static void a_worker_is_as_old_as_its_master(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_sharer(scene);
    scene->observation.self.service_start_ms = AN_HOUR_MS - 1;
    EXPECT(scene, holder, EVIDENCE_YOUNGER);
    scene->observation.self.service_start_ms = AN_HOUR_MS + 1;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

/* Two instances of one template, app@1 and app@2: whoever manages them knows of both. */
static void a_unit_of_its_own_shares_by_right(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_sharer(scene);
    SET(self->cgroup, "/system.slice/system-app.slice/app@2.service");
    SET(holder->process.cgroup, "/system.slice/system-app.slice/app@1.service");
    EXPECT(scene, holder, EVIDENCE_SIBLING);
    assert_true(judge_is_rightful(holder));
    SET(scene->settings.match, "comm:*"); /* who names it means it */
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    scene->settings.match[0] = '\0';
    SET(holder->process.cgroup, "/user.slice/user-0.slice/session-1.scope"); /* by hand */
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    SET(holder->process.cgroup, self->cgroup);
    scene->context.shares = false;
    SET(holder->process.cgroup, "/system.slice/system-app.slice/app@1.service");
    EXPECT(scene, holder, EVIDENCE_PROGRAM); /* a port of one's own is another matter */
}

static void another_service_has_no_right_for_its_unit(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_sharer(scene);
    SET(self->cgroup, "/system.slice/app.service");
    SET(holder->process.cgroup, "/system.slice/other.service");
    EXPECT(scene, holder, EVIDENCE_SIBLING);
    set_file(&holder->process.directory, 201, "/srv/other");
    set_arguments(&holder->process, "gatewayd --other");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
    assert_false(judge_is_rightful(holder));
}

static void a_younger_stranger_has_no_right(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_sharer(scene);
    holder->process.start_ms = 3 * AN_HOUR_MS;
    EXPECT(scene, holder, EVIDENCE_YOUNGER);
    assert_true(judge_is_rightful(holder));
    set_stranger(&holder->process);
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
}

static void without_its_ancestors_nobody_is_stale(void **state)
{
    struct holder *holder = add_sharer(*state);
    holder->process.known &= ~(uint32_t)KNOWN_ANCESTORS;
    EXPECT((struct scene *)*state, holder, EVIDENCE_UNREADABLE);
    assert_false(judge_is_rightful(holder));
}

static void who_may_run_our_program(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct process *other = &add_twin(scene, HOLDER_PID)->process;
    set_file(&other->directory, 999, "/elsewhere");
    set_arguments(other, "gatewayd: master");
    assert_true(identity_may_be_program(self, other));
    set_stranger(other);
    assert_false(identity_may_be_program(self, other));
    other->known = KNOWN_START; /* another user's: its name is all there is */
    assert_false(identity_may_be_program(self, other));
    SET(other->name, self->name);
    assert_true(identity_may_be_program(self, other));
    SET(other->name, "stranger");
    other->known = 0;
    assert_true(identity_may_be_program(self, other));
    other->pid = 1; /* hidden: it is so from everybody */
    assert_false(identity_may_be_program(self, other));
    other->known = KNOWN_START | KNOWN_EXECUTABLE; /* a container's, which is ours */
    other->executable = self->executable;
    assert_true(identity_may_be_program(self, other));
}

/* A supervisor in the language of the server is no master of it. */
static void who_may_run_our_script(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct process *other = &add_twin(scene, HOLDER_PID)->process;
    set_file(&self->executable, 1, "/usr/bin/python3");
    set_file(&other->executable, 1, "/usr/bin/python3");
    SET(self->script, "/srv/server.py");
    SET(other->script, "/srv/server.py");
    assert_true(identity_may_be_program(self, other));
    SET(other->script, "/usr/bin/supervisord");
    assert_false(identity_may_be_program(self, other));
    SET(self->script, ""); /* "-c" or a title */
    set_arguments(self, "gunicorn: worker");
    assert_true(identity_may_be_program(self, other));
    SET(other->name, "bash"); /* whose jobs need not know of each other */
    assert_false(identity_may_be_program(self, other));
    other->known &= ~(uint32_t)KNOWN_ARGUMENTS;
    assert_true(identity_may_be_program(self, other));
}

/* ---- a whole claim ---- */

struct world {
    struct made_up_world made_up;
    uint32_t stopped_after_looks; /* the holder is gone then; 0: never */
    uint32_t looks;
    uint32_t asked;
    uint32_t forced;
};

static enum attempt forbidden_attempt(void *context)
{
    (void)context;
    fail_msg("the call is made again");
    return ATTEMPT_FAILED;
}

static void observe(void *context, const struct request *request, uint64_t deadline_ms,
                    bool thorough, struct observation *observation)
{
    struct world *world = context;
    (void)request, (void)deadline_ms, (void)thorough;
    *observation = world->made_up.scene->observation;
    world->looks++;
    if (world->stopped_after_looks != 0 && world->looks > world->stopped_after_looks)
        observation->holder_count = 0;
}

static enum delivery stop(void *context, int64_t handle, enum stop how, const char **name)
{
    struct world *world = context;
    (void)handle, (void)name;
    if (how == STOP_ASK)
        world->asked++;
    else
        world->forced++;
    return DELIVERY_SENT;
}

static enum claim_result share(struct world *world)
{
    const struct request request = {.operation = OPERATION_SHARE, .endpoint = {.port = 80}};
    struct claim *claim = calloc(1, sizeof(*claim));
    struct host host = made_up_host(world);
    assert_non_null(claim);
    host.attempt = forbidden_attempt;
    host.observe = observe;
    host.stop = stop;
    enum claim_result result =
        claim_run(claim, &world->made_up.scene->settings, &host, &request, NULL);
    free(claim);
    return result;
}

static void the_stale_one_is_asked_and_then_forced(void **state)
{
    struct scene *scene = *state;
    struct world world = {.made_up = {.scene = scene, .now_ms = 3 * AN_HOUR_MS}};
    add_sharer(scene);
    world.stopped_after_looks = 2;
    assert_int_equal(share(&world), CLAIM_WON);
    assert_int_equal(world.asked, 1);
    assert_int_equal(world.forced, 0);
    world = (struct world){.made_up = {.scene = scene, .now_ms = 3 * AN_HOUR_MS}};
    assert_int_equal(share(&world), CLAIM_LOST);
    assert_int_equal(world.asked, 1);
    assert_int_equal(world.forced, 1);
}

static void nobody_is_waited_for_but_the_stale(void **state)
{
    static const int32_t ancestors[] = {PARENT_PID, INIT_PID};
    struct scene *scene = *state;
    const uint64_t now_ms = 3 * AN_HOUR_MS;
    struct world world = {.made_up = {.scene = scene, .now_ms = now_ms}};
    struct holder *sibling = add_sharer(scene);
    set_ancestors(&sibling->process, ancestors, COUNT(ancestors));
    sibling->process.process_group = SELF_PID;
    assert_int_equal(share(&world), CLAIM_WON);
    set_stranger(&add_twin(scene, WORKER_PID)->process);
    add_twin(scene, OUTSIDER_PID); /* stale, and in vain */
    assert_int_equal(share(&world), CLAIM_LOST);
    assert_int_equal(world.asked, 0);
    assert_int_equal(world.made_up.now_ms, now_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("S07 a leftover of another instance is stale",
             a_leftover_of_another_instance_is_stale),
        TEST("N12 a child of our master is a sibling at any age",
             a_child_of_our_master_is_a_sibling_at_any_age),
        TEST("S01 children of a shell or a manager are strangers to each other",
             children_of_a_shell_or_manager_are_strangers),
        TEST("S01 N12 children of init are strangers, unless it is the service",
             children_of_init_are_strangers),
        TEST("N12 whoever has a master with us is a sibling",
             whoever_has_a_master_with_us_is_a_sibling),
        TEST("N12 our own descendant is one of us", our_own_descendant_is_one_of_us),
        TEST("N11 a worker is as old as its master", a_worker_is_as_old_as_its_master),
        TEST("N12 a unit of its own shares by right", a_unit_of_its_own_shares_by_right),
        TEST("N07 N14 another service has no right to a share for its unit",
             another_service_has_no_right_for_its_unit),
        TEST("N07 a younger stranger has no right to a share", a_younger_stranger_has_no_right),
        TEST("N05 without its ancestors nobody is stale", without_its_ancestors_nobody_is_stale),
        TEST("N12 who may run our program", who_may_run_our_program),
        TEST("N12 who may run our script", who_may_run_our_script),
        TEST("S01 S02 the stale one is asked, and then forced",
             the_stale_one_is_asked_and_then_forced),
        TEST("N12 N14 nobody is waited for but the stale", nobody_is_waited_for_but_the_stale),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
