/*
 * The judge on those who are stale with somebody else, or were found stale before: workers, stray
 * children, processes that are about to end.
 */
#include "scene.h"

/* ---- children of a stale holder ---- */

static void workers_are_stale_with_their_master(void **state)
{
    struct scene *scene = *state;
    struct holder *master = add_twin(scene, HOLDER_PID);
    struct holder *worker = add_worker(scene, master, WORKER_PID);
    EXPECT(scene, worker, EVIDENCE_INHERITED);
    assert_int_equal(worker->through, HOLDER_PID);
    EXPECT(scene, master, EVIDENCE_PROGRAM);
    assert_int_equal(master->through, 0);
    assert_false(judge_blocks(worker));
}

static void heirs_come_in_any_order(void **state)
{
    struct scene *scene = *state;
    struct holder *worker = add_stranger(scene, WORKER_PID);
    struct holder *master = add_twin(scene, HOLDER_PID);
    const int32_t ancestors[] = {305, HOLDER_PID, INIT_PID}; /* a grandchild, through 305 */
    set_ancestors(&worker->process, ancestors, COUNT(ancestors));
    worker->inodes[0] = master->inodes[0];
    EXPECT(scene, worker, EVIDENCE_INHERITED);
    assert_int_equal(worker->through, HOLDER_PID);
}

static void heirs_share_socket_and_descent(void **state)
{
    struct scene *scene = *state;
    struct holder *master = add_twin(scene, HOLDER_PID);
    struct holder *worker = add_worker(scene, master, WORKER_PID);
    worker->inode_count = 1; /* its own socket alone */
    EXPECT(scene, worker, EVIDENCE_OTHER_PROGRAM);
    assert_int_equal(worker->through, 0);
    worker->inode_count = 2;
    worker->process.ancestors[0] = HOLDER_PID + 1;
    EXPECT(scene, worker, EVIDENCE_OTHER_PROGRAM);
    worker->process.ancestors[0] = HOLDER_PID;
    EXPECT(scene, worker, EVIDENCE_INHERITED);
    set_stranger(&master->process); /* a foreign master's workers are foreign */
    EXPECT(scene, worker, EVIDENCE_OTHER_PROGRAM);
    assert_true(judge_blocks(worker));
}

static void any_socket_can_be_the_shared_one(void **state)
{
    struct scene *scene = *state;
    struct holder *master = add_twin(scene, HOLDER_PID);
    struct holder *worker = add_worker(scene, master, WORKER_PID);
    master->inodes[master->inode_count++] = 7;
    worker->inodes[1] = 7;
    EXPECT(scene, worker, EVIDENCE_INHERITED);
    master->inode_count--;
    EXPECT(scene, worker, EVIDENCE_OTHER_PROGRAM);
}

static void unreadable_heirs_and_clients_are_stale_as_well(void **state)
{
    struct scene *scene = *state;
    struct holder *master = add_twin(scene, HOLDER_PID);
    struct holder *worker = add_worker(scene, master, WORKER_PID);
    worker->socket.state = SOCKET_CONNECTED;
    EXPECT(scene, worker, EVIDENCE_INHERITED);
    forget_all_but(&worker->process, KNOWN_START | KNOWN_ANCESTORS);
    EXPECT(scene, worker, EVIDENCE_INHERITED);
    worker->process.ending = true;
    EXPECT(scene, worker, EVIDENCE_INHERITED);
    worker->process.ending = false;
    forget_all_but(&worker->process, KNOWN_ANCESTORS);
    EXPECT(scene, worker, EVIDENCE_UNREADABLE); /* not even its age */
}

/* A worker that the old master started after us ends with its master, unsignalled. */
static void a_younger_heir_is_spared_and_does_not_block(void **state)
{
    struct scene *scene = *state;
    struct holder *master = add_twin(scene, HOLDER_PID);
    struct holder *worker = add_worker(scene, master, WORKER_PID);
    worker->process.start_ms = SELF_START_MS + 1;
    EXPECT(scene, worker, EVIDENCE_YOUNGER);
    assert_int_equal(worker->through, HOLDER_PID);
    assert_false(judge_blocks(worker));
    set_stranger(&master->process);
    EXPECT(scene, worker, EVIDENCE_YOUNGER);
    assert_true(judge_blocks(worker));
}

static void descent_does_not_outweigh_what_spares(void **state)
{
    struct scene *scene = *state;
    struct holder *master = add_twin(scene, HOLDER_PID);
    struct holder *worker = add_worker(scene, master, WORKER_PID);
    SET(scene->settings.protect, "310");
    EXPECT(scene, worker, EVIDENCE_PROTECTED);
    SET(scene->settings.protect, "");
    worker->process.user = OTHER_USER;
    worker->socket.owner_user = OTHER_USER;
    EXPECT(scene, worker, EVIDENCE_OTHER_USER);
    worker->process.user = OUR_USER;
    SET(scene->settings.service, "gateway");
    SET(worker->process.label, "other");
    EXPECT(scene, worker, EVIDENCE_OTHER_SERVICE);
    worker->process.pid = PARENT_PID; /* one that has started us */
    EXPECT(scene, worker, EVIDENCE_ANCESTOR);
}

/* ---- the stale ones of an earlier look ---- */

/* Its end has begun: its memory is gone, and with it executable, arguments and directory. */
static void whoever_was_stale_stays_so(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_asked(scene);
    forget_all_but(&holder->process, KNOWN_START | KNOWN_USER);
    EXPECT(scene, holder, EVIDENCE_INHERITED);
    assert_int_equal(holder->through, WORKER_PID);
    holder->process.ending = true;
    EXPECT(scene, holder, EVIDENCE_INHERITED);
    scene->context.target_count = 1; /* it stands beyond the count */
    EXPECT(scene, holder, EVIDENCE_ENDING);
    assert_int_equal(holder->through, 0);
}

static void a_recycled_pid_is_judged_anew(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_asked(scene);
    holder->process.start_ms++;
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
    assert_int_equal(holder->through, 0);
    holder->process.start_ms--;
    holder->process.pid++;
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
    holder->process.pid--;
    EXPECT(scene, holder, EVIDENCE_INHERITED);
    holder->process.start_ms = SELF_START_MS + 1; /* with a target to match: not even then */
    scene->targets[1].start_ms = SELF_START_MS + 1;
    EXPECT(scene, holder, EVIDENCE_YOUNGER);
}

static void what_was_stale_is_protected_all_the_same(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_asked(scene);
    SET(scene->settings.protect, "stranger");
    EXPECT(scene, holder, EVIDENCE_PROTECTED);
    SET(scene->settings.protect, "");
    holder->process.user = OTHER_USER;
    holder->socket.owner_user = OTHER_USER;
    EXPECT(scene, holder, EVIDENCE_OTHER_USER);
    holder->process.user = OUR_USER;
    forget_all_but(&holder->process, 0);
    EXPECT(scene, holder, EVIDENCE_UNREADABLE);
}

static void heirs_of_the_asked_are_stale(void **state)
{
    struct scene *scene = *state;
    struct holder *orphan = add_orphan(scene);
    EXPECT(scene, orphan, EVIDENCE_INHERITED);
    assert_int_equal(orphan->through, HOLDER_PID);
    scene->context.target_count = 1;
    EXPECT(scene, orphan, EVIDENCE_OTHER_PROGRAM);
    scene->context.target_count = 2;
    orphan->process.ancestors[0] = HOLDER_PID + 2;
    EXPECT(scene, orphan, EVIDENCE_OTHER_PROGRAM);
}

/* A new socket is the child's own affair. */
static void heirs_of_the_asked_hold_an_old_socket(void **state)
{
    struct scene *scene = *state;
    struct holder *orphan = add_orphan(scene);
    orphan->inodes[0]++;
    orphan->socket.state = SOCKET_CONNECTED;
    EXPECT(scene, orphan, EVIDENCE_CONNECTION);
    assert_int_equal(orphan->through, 0);
}

static void younger_heirs_of_the_asked_block(void **state)
{
    struct scene *scene = *state;
    struct holder *orphan = add_orphan(scene);
    orphan->process.start_ms = SELF_START_MS + 1;
    EXPECT(scene, orphan, EVIDENCE_YOUNGER);
    assert_true(judge_blocks(orphan));
}

static void without_our_own_lineage_heirs_of_the_asked_are_spared(void **state)
{
    struct scene *scene = *state;
    static const uint32_t needed[] = {KNOWN_ANCESTORS, KNOWN_START, KNOWN_USER};
    struct holder *orphan = add_orphan(scene);
    const struct process self = scene->observation.self;
    for (size_t index = 0; index < COUNT(needed); index++) {
        scene->observation.self = self;
        forget_all_but(&scene->observation.self, ~needed[index]);
        judge(&scene->context, &scene->observation);
        assert_int_not_equal(orphan->verdict, VERDICT_STALE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("S08 workers are stale with their master", workers_are_stale_with_their_master),
        TEST("S08 heirs come in any order and generation", heirs_come_in_any_order),
        TEST("S08 N07 heirs share socket and descent", heirs_share_socket_and_descent),
        TEST("S08 any socket can be the shared one", any_socket_can_be_the_shared_one),
        TEST("S08 unreadable heirs and clients are stale as well",
             unreadable_heirs_and_clients_are_stale_as_well),
        TEST("S08 N11 a younger heir is spared and does not block",
             a_younger_heir_is_spared_and_does_not_block),
        TEST("S08 N06 N09 descent does not outweigh what spares",
             descent_does_not_outweigh_what_spares),
        TEST("whoever was found stale stays so", whoever_was_stale_stays_so),
        TEST("S10 a recycled PID is judged anew", a_recycled_pid_is_judged_anew),
        TEST("N06 N09 whoever was found stale is protected all the same",
             what_was_stale_is_protected_all_the_same),
        TEST("S08 heirs of the asked are stale", heirs_of_the_asked_are_stale),
        TEST("S08 heirs of the asked hold an old socket", heirs_of_the_asked_hold_an_old_socket),
        TEST("S08 N11 younger heirs of the asked block", younger_heirs_of_the_asked_block),
        TEST("N05 without our own lineage heirs of the asked are spared",
             without_our_own_lineage_heirs_of_the_asked_are_spared),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
