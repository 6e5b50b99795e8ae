/*
 * The judge's verdicts: every row of the table "Verdicts", each with cases that differ from it in
 * one fact. Identity, heirs and missing knowledge have files of their own.
 */
#include "scene.h"

/* ---- self and lineage ---- */

static void our_own_process_is_self(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, SELF_PID);
    SET(scene->settings.match, "any");
    holder->process.start_ms = SELF_START_MS;
    EXPECT(scene, holder, EVIDENCE_SELF);
    forget_all_but(&holder->process, 0);
    EXPECT(scene, holder, EVIDENCE_SELF); /* the PID is all it takes */
    holder->process.pid = SELF_PID + 1;
    EXPECT(scene, holder, EVIDENCE_UNREADABLE);
}

static void our_parent_is_lineage(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, PARENT_PID);
    EXPECT(scene, holder, EVIDENCE_ANCESTOR);
    holder->process.pid = PARENT_PID + 1;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

static void our_parent_is_lineage_though_the_way_up_is_not_known(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, PARENT_PID);
    forget_all_but(&scene->observation.self, KNOWN_START);
    EXPECT(scene, holder, EVIDENCE_ANCESTOR);
}

/* The deepest lineage that is read at all; the last is the root. */
static void every_ancestor_is_lineage(void **state)
{
    struct scene *scene = *state;
    int32_t ancestors[PROCESS_ANCESTORS];
    const int32_t first = 1000;
    for (int32_t index = 0; index < PROCESS_ANCESTORS; index++)
        ancestors[index] = first + index;
    set_ancestors(&scene->observation.self, ancestors, PROCESS_ANCESTORS);
    for (int32_t index = 0; index < PROCESS_ANCESTORS; index++) {
        scene->observation.holder_count = 0;
        EXPECT(scene, add_twin(scene, first + index), EVIDENCE_ANCESTOR);
    }
    EXPECT(scene, add_twin(scene, first - 1), EVIDENCE_PROGRAM);
    EXPECT(scene, add_twin(scene, first + PROCESS_ANCESTORS), EVIDENCE_PROGRAM);
}

/* Windows' own processes and services, also where everything else speaks for it. */
static void what_the_system_needs_is_lineage(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    SET(scene->settings.match, "any");
    holder->process.essential = true;
    EXPECT(scene, holder, EVIDENCE_ESSENTIAL);
}

/* In a container the old gateway may be PID 1, and no ancestor of a process of `docker exec`. */
static void pid_1_is_lineage(void **state)
{
    struct scene *scene = *state;
    const int32_t ancestors[] = {0};
    struct holder *holder = add_twin(scene, INIT_PID);
    set_ancestors(&scene->observation.self, ancestors, COUNT(ancestors));
    SET(scene->settings.match, "any");
    EXPECT(scene, holder, EVIDENCE_INIT);
    holder->process.pid = 2;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

static void the_protected_are_lineage(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *protect;
        bool protected;
    } rows[] = {
        {"300", true},      {"1,300", true},       {" 300 ", true},
        {"30", false},      {"3000", false},       {"300x", false},
        {"gatewayd", true}, {"gate*", true},       {"other,g?teway[a-d]", true},
        {"gateway", false}, {"GATEWAYD", false},   {"/opt/gateway/gatewayd", false},
        {"", false},        {"4294967596", false}, /* 2^32 + 300 */
    };
    struct holder *holder = add_twin(scene, HOLDER_PID);
    for (size_t index = 0; index < COUNT(rows); index++) {
        scene->row = rows[index].protect;
        SET(scene->settings.protect, rows[index].protect);
        EXPECT(scene, holder, rows[index].protected ? EVIDENCE_PROTECTED : EVIDENCE_PROGRAM);
    }
}

/* Node shows its title as comm; its executable's name still protects it. */
static void the_executable_protects_as_the_name_does(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    SET(holder->process.name, "my title");
    SET(scene->settings.protect, "gatewayd");
    EXPECT(scene, holder, EVIDENCE_PROTECTED);
    SET(scene->settings.protect, "my*");
    EXPECT(scene, holder, EVIDENCE_PROTECTED);
}

static void without_our_own_lineage_nobody_is_stale(void **state)
{
    struct scene *scene = *state;
    static const uint32_t needed[] = {KNOWN_ANCESTORS, KNOWN_START, KNOWN_USER};
    const struct process self = scene->observation.self;
    struct holder *twin = add_twin(scene, HOLDER_PID);
    for (size_t index = 0; index < COUNT(needed); index++) {
        scene->observation.self = self;
        forget_all_but(&scene->observation.self, ~needed[index]);
        EXPECT(scene, twin,
               needed[index] == KNOWN_ANCESTORS ? EVIDENCE_NO_LINEAGE : EVIDENCE_UNREADABLE);
    }
}

/* ---- sibling and newer ---- */

static void workers_started_together_are_siblings(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_sibling(scene);
    EXPECT(scene, holder, EVIDENCE_SIBLING);
    holder->process.start_ms = SELF_START_MS - 1;
    EXPECT(scene, holder, EVIDENCE_SIBLING);
    holder->process.start_ms = SELF_START_MS - SIBLING_WINDOW_MS - 1;
    EXPECT(scene, holder, EVIDENCE_PROGRAM); /* an earlier generation */
}

static void siblings_have_parent_and_group_in_common(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_sibling(scene);
    holder->process.process_group = SELF_PID + 1;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    holder->process.process_group = SELF_PID;
    holder->process.parent = PARENT_PID + 1;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

static void whoever_started_later_is_newer(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    SET(scene->settings.match, "any");
    holder->process.start_ms = SELF_START_MS + 1;
    EXPECT(scene, holder, EVIDENCE_YOUNGER);
    holder->process.start_ms = SELF_START_MS;
    EXPECT(scene, holder, EVIDENCE_YOUNGER); /* nobody can say who was first: nobody is killed */
    holder->process.start_ms = SELF_START_MS - 1;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

/* The socket was not there when the claim began: a rival was faster. */
static void whoever_took_the_port_meanwhile_is_newer(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    uint64_t first[] = {7, 8, holder->socket.inode};
    scene->context.first_inodes = first;
    scene->context.first_inode_count = 0;
    EXPECT(scene, holder, EVIDENCE_TOOK_PORT);
    scene->context.first_inode_count = COUNT(first) - 1; /* the last stands beyond the count */
    EXPECT(scene, holder, EVIDENCE_TOOK_PORT);
    holder->socket.state = SOCKET_BOUND;
    EXPECT(scene, holder, EVIDENCE_TOOK_PORT);
    holder->socket.state = SOCKET_CONNECTED; /* one seen only when its listener was gone */
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    holder->socket.state = SOCKET_LISTENING;
    scene->context.first_inode_count = COUNT(first);
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    scene->context.first_inodes = NULL; /* the first look */
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

/* It stopped somebody for this port after we were started: of two started together it has won. */
static void the_winner_of_two_is_newer(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    struct breaker_record record = {
        .time_ms = SELF_START_MS, .killer = HOLDER_PID, .killer_start_ms = HOLDER_START_MS};
    breaker_add(&scene->memory, &record);
    EXPECT(scene, holder, EVIDENCE_TOOK_PORT);
    scene->memory.records[0].time_ms = SELF_START_MS - 1; /* it had won before we came */
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    scene->memory.records[0].time_ms = SELF_START_MS;
    scene->memory.records[0].killer_start_ms--; /* another process of this PID */
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    scene->memory.records[0].killer_start_ms++;
    scene->memory.records[0].killer++;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    scene->memory.records[0].killer--;
    scene->context.memory = NULL;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

/* ---- foreign and unknown ---- */

static void another_program_is_foreign(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    SET(holder->process.name, "gatewayd"); /* a name is not evidence */
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
    assert_int_equal(holder->verdict, VERDICT_FOREIGN);
}

static void another_users_process_is_foreign(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    SET(scene->settings.match, "any");
    holder->process.user = OTHER_USER;
    holder->socket.owner_user = OTHER_USER;
    EXPECT(scene, holder, EVIDENCE_OTHER_USER);
    scene->observation.self.user = 0; /* that root could is no reason to */
    EXPECT(scene, holder, EVIDENCE_OTHER_USER);
}

/* A server that changes its user after bind: as root at first, and now as another. */
static void the_owner_of_the_socket_counts_as_well(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    holder->process.user = OTHER_USER;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    holder->process.user = OUR_USER;
    holder->socket.owner_user = OTHER_USER;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    forget_all_but(&holder->process, (uint32_t)~KNOWN_USER);
    EXPECT(scene, holder, EVIDENCE_UNREADABLE);
    holder->socket.owner_user = OUR_USER;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

static void a_socket_without_process_is_unknown(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_holder(scene, 0);
    SET(scene->settings.match, "any");
    holder->visible = false;
    memset(&holder->process, 0, sizeof(holder->process));
    EXPECT(scene, holder, EVIDENCE_INVISIBLE);
    holder->socket.owner_user = OTHER_USER;
    EXPECT(scene, holder, EVIDENCE_OTHER_USER);
}

static void what_cannot_be_read_at_all_is_unknown(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    SET(scene->settings.match, "any");
    forget_all_but(&holder->process, 0);
    EXPECT(scene, holder, EVIDENCE_UNREADABLE);
    assert_int_equal(holder->verdict, VERDICT_UNKNOWN);
}

static void an_unreadable_executable_is_unknown(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    forget_all_but(&holder->process, (uint32_t)~KNOWN_EXECUTABLE);
    EXPECT(scene, holder, EVIDENCE_UNREADABLE);
}

/* It is no riddle, and nobody is sent to look for it in another namespace. */
static void who_is_ending_is_told_from_who_is_hidden(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    holder->process.ending = true;
    EXPECT(scene, holder, EVIDENCE_PROGRAM); /* what was read in time counts */
    forget_all_but(&holder->process, (uint32_t) ~(KNOWN_EXECUTABLE | KNOWN_ARGUMENTS));
    EXPECT(scene, holder, EVIDENCE_ENDING);
    assert_int_equal(holder->verdict, VERDICT_UNKNOWN);
    assert_true(judge_blocks(holder));
    holder->process.pid = PARENT_PID;
    EXPECT(scene, holder, EVIDENCE_ANCESTOR);
}

/* ---- client ---- */

static void a_strangers_connection_is_a_clients(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    holder->socket.state = SOCKET_CONNECTED;
    EXPECT(scene, holder, EVIDENCE_CONNECTION);
    holder->socket.state = SOCKET_BOUND;
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
    holder->socket.state = SOCKET_LISTENING;
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
}

/* "Any" holder may be stopped: a browser that was given the port is none. */
static void any_rule_spares_clients(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    SET(scene->settings.match, "any");
    holder->socket.state = SOCKET_CONNECTED;
    EXPECT(scene, holder, EVIDENCE_CONNECTION);
    holder->socket.state = SOCKET_BOUND;
    EXPECT(scene, holder, EVIDENCE_ANY);
    SET(scene->settings.match, "exe:stranger");
    holder->socket.state = SOCKET_CONNECTED;
    EXPECT(scene, holder, EVIDENCE_RULE);
}

/* The old instance has closed its listener and drains: its connections block the next bind. */
static void our_own_programs_connection_is_stale(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    holder->socket.state = SOCKET_CONNECTED;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    holder->serves_elsewhere = true; /* a second instance, whose outgoing connection has our port */
    EXPECT(scene, holder, EVIDENCE_CONNECTION);
    holder->socket.state = SOCKET_LISTENING;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

static void a_script_strangers_connection_is_a_clients(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    set_file(&scene->observation.self.executable, 100, "/usr/bin/node");
    set_file(&holder->process.executable, 100, "/usr/bin/node");
    SET(scene->observation.self.script, "/srv/gateway/gateway.js");
    SET(holder->process.script, "/srv/gateway/client.js");
    holder->socket.state = SOCKET_CONNECTED;
    EXPECT(scene, holder, EVIDENCE_CONNECTION);
    SET(holder->process.script, "/srv/gateway/gateway.js");
    EXPECT(scene, holder, EVIDENCE_SCRIPT);
}

/* ---- hopeless claims ---- */

static void everybody_blocks_who_is_not_stopped(void **state)
{
    (void)state;
    for (int verdict = VERDICT_SELF; verdict <= VERDICT_CLIENT; verdict++) {
        struct holder holder = {.verdict = (enum verdict)verdict};
        assert_int_equal(judge_blocks(&holder), verdict != VERDICT_STALE);
        holder.through = HOLDER_PID;
        assert_false(judge_blocks(&holder));
    }
}

static void one_of_many_is_the_blocker(void **state)
{
    struct scene *scene = *state;
    assert_null(judge_find_blocker(&scene->observation));
    struct holder *twin = add_twin(scene, HOLDER_PID);
    struct holder *stranger = add_stranger(scene, HOLDER_PID + 1);
    add_stranger(scene, HOLDER_PID + 2);
    judge(&scene->context, &scene->observation);
    assert_ptr_equal(judge_find_blocker(&scene->observation), stranger);
    scene->observation.holder_count = 1; /* the strangers have gone */
    assert_null(judge_find_blocker(&scene->observation));
    twin->process.user = twin->socket.owner_user = OTHER_USER;
    judge(&scene->context, &scene->observation);
    assert_ptr_equal(judge_find_blocker(&scene->observation), twin);
}

static void each_holder_is_judged_by_itself(void **state)
{
    struct scene *scene = *state;
    struct holder *holders = scene->observation.holders;
    for (int32_t index = 0; index < OBSERVATION_HOLDERS; index++) {
        if (index % 2 == 0)
            add_twin(scene, HOLDER_PID + index);
        else
            add_stranger(scene, HOLDER_PID + index);
    }
    holders[0].process.pid = SELF_PID;
    judge(&scene->context, &scene->observation);
    assert_int_equal(holders[0].verdict, VERDICT_SELF);
    for (int32_t index = 1; index < OBSERVATION_HOLDERS; index++)
        assert_int_equal(holders[index].verdict, index % 2 == 0 ? VERDICT_STALE : VERDICT_FOREIGN);
}

static void holders_beyond_the_count_are_not_looked_at(void **state)
{
    struct scene *scene = *state;
    struct holder *worker = add_stranger(scene, WORKER_PID);
    struct holder *master = add_twin(scene, HOLDER_PID);
    worker->process.ancestors[0] = HOLDER_PID;
    worker->inodes[0] = master->inodes[0];
    master->verdict = VERDICT_STALE;
    master->evidence = EVIDENCE_PROGRAM;
    scene->observation.holder_count = 1;
    EXPECT(scene, worker, EVIDENCE_OTHER_PROGRAM);
    master->evidence = EVIDENCE_NONE;
    master->through = 7;
    judge(&scene->context, &scene->observation);
    assert_int_equal(master->evidence, EVIDENCE_NONE);
    assert_int_equal(master->through, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("N01 our own process is self", our_own_process_is_self),
        TEST("N02 our parent is lineage", our_parent_is_lineage),
        TEST("N02 N05 our parent is lineage though the way up is not known",
             our_parent_is_lineage_though_the_way_up_is_not_known),
        TEST("N03 every ancestor is lineage", every_ancestor_is_lineage),
        TEST("N04 PID 1 is lineage", pid_1_is_lineage),
        TEST("W03 what the system needs is lineage", what_the_system_needs_is_lineage),
        TEST("N06 the protected are lineage", the_protected_are_lineage),
        TEST("N06 the executable protects as the name does",
             the_executable_protects_as_the_name_does),
        TEST("N05 without our own lineage nobody is stale",
             without_our_own_lineage_nobody_is_stale),
        TEST("N12 workers started together are siblings", workers_started_together_are_siblings),
        TEST("N12 siblings have parent and group in common",
             siblings_have_parent_and_group_in_common),
        TEST("N11 whoever started later is newer", whoever_started_later_is_newer),
        TEST("N11 whoever took the port meanwhile is newer",
             whoever_took_the_port_meanwhile_is_newer),
        TEST("N11 the winner of two started together is newer", the_winner_of_two_is_newer),
        TEST("N07 another program is foreign", another_program_is_foreign),
        TEST("N09 another user's process is foreign", another_users_process_is_foreign),
        TEST("N09 the owner of the socket counts as well", the_owner_of_the_socket_counts_as_well),
        TEST("a socket without a process is unknown", a_socket_without_process_is_unknown),
        TEST("what cannot be read at all is unknown", what_cannot_be_read_at_all_is_unknown),
        TEST("an unreadable executable is unknown", an_unreadable_executable_is_unknown),
        TEST("who is ending is told from who is hidden", who_is_ending_is_told_from_who_is_hidden),
        TEST("N10 a stranger's connection is a client's", a_strangers_connection_is_a_clients),
        TEST("N10 T04 our own program's connection is stale", our_own_programs_connection_is_stale),
        TEST("N08 N10 another script's connection is a client's",
             a_script_strangers_connection_is_a_clients),
        TEST("N10 a rule for any holder spares clients", any_rule_spares_clients),
        TEST("N14 everybody blocks who is not stopped", everybody_blocks_who_is_not_stopped),
        TEST("N14 one of many is the blocker", one_of_many_is_the_blocker),
        TEST("each holder is judged by itself", each_holder_is_judged_by_itself),
        TEST("holders beyond the count are not looked at",
             holders_beyond_the_count_are_not_looked_at),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
