/*
 * The judge's question of identity: is this holder an earlier instance of us? Every row of the
 * table "Identity", each with cases that differ from it in one fact.
 */
#include "scene.h"

/* ---- service ---- */

static void the_same_label_is_the_same_service(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    SET(scene->settings.service, "gateway");
    SET(holder->process.label, "gateway");
    EXPECT(scene, holder, EVIDENCE_SERVICE);
    SET(holder->process.label, "gateway2");
    EXPECT(scene, holder, EVIDENCE_OTHER_SERVICE);
    SET(holder->process.label, "gatewa");
    EXPECT(scene, holder, EVIDENCE_OTHER_SERVICE);
    SET(holder->process.label, "Gateway");
    EXPECT(scene, holder, EVIDENCE_OTHER_SERVICE);
}

static void without_our_label_theirs_says_nothing(void **state)
{
    struct scene *scene = *state;
    struct holder *stranger = add_stranger(scene, HOLDER_PID);
    struct holder *twin = add_twin(scene, HOLDER_PID + 1);
    SET(stranger->process.label, "gateway");
    SET(twin->process.label, "gateway");
    EXPECT(scene, stranger, EVIDENCE_OTHER_PROGRAM);
    EXPECT(scene, twin, EVIDENCE_PROGRAM);
}

static void without_their_label_the_next_rule_decides(void **state)
{
    struct scene *scene = *state;
    SET(scene->settings.service, "gateway");
    EXPECT(scene, add_twin(scene, HOLDER_PID), EVIDENCE_PROGRAM);
    EXPECT(scene, add_stranger(scene, HOLDER_PID + 1), EVIDENCE_OTHER_PROGRAM);
}

static void an_unreadable_label_decides_nothing(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    forget_all_but(&holder->process, (uint32_t)~KNOWN_LABEL);
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    SET(scene->settings.service, "gateway");
    EXPECT(scene, holder, EVIDENCE_UNREADABLE);
}

/* Two services that run one program: their labels tell them apart, whatever else is the same. */
static void another_label_outweighs_all_the_rest(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    SET(scene->settings.service, "gateway");
    SET(scene->settings.match, "any");
    SET(holder->process.label, "other");
    share_cgroup(scene, holder, "/system.slice/gateway.service");
    EXPECT(scene, holder, EVIDENCE_OTHER_SERVICE);
}

/* ---- unit ---- */

#define CONTAINER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* As long, and every byte of it almost a hexadecimal digit. */
#define NO_CONTAINER "ABCDEFghijklmnopqrstuvwxyz:;ABCDEFghijklmnopqrstuvwxyz:;ABCDEFghijklmnop"

static void a_unit_is_a_service_or_a_container(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *ours;
        const char *theirs;
        bool same;
    } rows[] = {
        {"/system.slice/gateway.service", "/system.slice/gateway.service", true},
        {"/system.slice/gateway.service", "/system.slice/gateway.service/workers", true},
        {"/system.slice/gateway.service/a", "/system.slice/gateway.service/b", true},
        {"/system.slice/gateway.service", "/system.slice/gateway2.service", false},
        {"/system.slice/gateway.service", "/other.slice/gateway.service", false},
        {"/system.slice/gateway@1.service", "/system.slice/gateway@2.service", false},
        {"/system.slice/gateway.service", "", false},
        {"", "", false},
        {"/", "/", false},
        {"/system.slice", "/system.slice", false},
        {"/user.slice/user-1000.slice/session-1.scope",
         "/user.slice/user-1000.slice/session-1.scope", false},
        {"/user.slice/user-1000.slice/user@1000.service",
         "/user.slice/user-1000.slice/user@1000.service", false},
        {"/user.slice/user-1000.slice/user@1000.service/app.slice/gateway.service",
         "/user.slice/user-1000.slice/user@1000.service/app.slice/gateway.service", true},
        {"/user.slice/user-1000.slice/user@1000.service/app.slice/gateway.service",
         "/user.slice/user-1001.slice/user@1001.service/app.slice/gateway.service", false},
        {"/user.slice/user-1000.slice/user@1000.service/app.slice/app-terminal.scope",
         "/user.slice/user-1000.slice/user@1000.service/app.slice/app-terminal.scope", false},
        {"/system.slice/ssh.service/session-1.scope", "/system.slice/ssh.service/session-1.scope",
         false},
        {"/docker/" CONTAINER, "/docker/" CONTAINER, true},
        {"/docker/" CONTAINER, "/docker/" CONTAINER "/init", true},
        {"/system.slice/docker-" CONTAINER ".scope", "/system.slice/docker-" CONTAINER ".scope",
         true},
        {"/docker/" CONTAINER, "/docker/f" CONTAINER, false},
        {"/docker/0123456789ab", "/docker/0123456789ab", false},
        {"/machine.slice/" NO_CONTAINER, "/machine.slice/" NO_CONTAINER, false},
    };
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    for (size_t index = 0; index < COUNT(rows); index++) {
        scene->row = rows[index].theirs;
        SET(scene->observation.self.cgroup, rows[index].ours);
        SET(holder->process.cgroup, rows[index].theirs);
        EXPECT(scene, holder, rows[index].same ? EVIDENCE_UNIT : EVIDENCE_OTHER_PROGRAM);
    }
}

/*
 * supervisord, a container's init or a CI runner starts strangers in the same unit. A living
 * process inside the unit above both says no more than that.
 */
static void a_supervisor_in_the_unit_starts_strangers_as_well(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    const int32_t theirs[] = {350, PARENT_PID, INIT_PID};
    const int32_t orphaned[] = {350, INIT_PID};
    share_cgroup(scene, holder, "/system.slice/supervisor.service");
    self->ancestors_in_unit = 1; /* the parent */
    set_ancestors(&holder->process, theirs, COUNT(theirs));
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
    set_ancestors(&holder->process, orphaned, COUNT(orphaned));
    holder->process.ancestors[COUNT(orphaned)] = PARENT_PID; /* beyond the count */
    EXPECT(scene, holder, EVIDENCE_UNIT);
    self->ancestors_in_unit = 2; /* the init of a container belongs to it as well */
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
    self->ancestors_in_unit = 0; /* the parent is outside, and so above every instance */
    set_ancestors(&holder->process, theirs, COUNT(theirs));
    EXPECT(scene, holder, EVIDENCE_UNIT);
}

/* ---- program ---- */

static void the_same_file_and_arguments_or_directory(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    struct process *process = &holder->process;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    set_arguments(process, "gatewayd --port 1");
    EXPECT(scene, holder, EVIDENCE_PROGRAM); /* by its directory */
    set_file(&process->directory, 201, "/srv/gateway");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
    set_program(process);
    set_file(&process->directory, 201, "/srv/gateway");
    EXPECT(scene, holder, EVIDENCE_PROGRAM); /* by its arguments */
    set_program(process);
    process->executable.inode++;
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
    set_program(process);
    process->executable.device++;
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
}

/* A network's or a virtual machine's shared directory on Windows. */
static void files_without_numbers_are_their_paths(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    struct file *theirs = &holder->process.executable;
    struct file *ours = &scene->observation.self.executable;
    ours->inode = 0;
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
    theirs->inode = 0;
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    set_file(theirs, 0, "/usr/bin/gatewaye");
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
    set_file(theirs, 0, "");
    set_file(ours, 0, "");
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
}

static void arguments_are_compared_beyond_what_is_kept(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    set_file(&holder->process.directory, 201, "/srv/other");
    holder->process.arguments_hash++; /* the bytes that are kept are the same */
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
}

static void two_without_arguments_are_not_alike_for_that(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    set_file(&holder->process.directory, 201, "/srv/other");
    set_arguments(&scene->observation.self, "");
    set_arguments(&holder->process, "");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
}

static void an_upgraded_program_is_the_same(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    struct file *executable = &holder->process.executable;
    executable->inode++;
    executable->deleted = true; /* replaced by ours */
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    executable->deleted = false;
    self->executable.deleted = true; /* ours replaced by theirs, and we have been started before */
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    self->executable.deleted = false;
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM); /* both stand: two programs at one path */
    executable->deleted = true;
    SET(executable->path, "/opt/gateway/gatewayd2");
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
}

static void a_similar_name_is_another_program(void **state)
{
    struct scene *scene = *state;
    static const char *const paths[] = {"/opt/gateway/gatewayd-exporter", "/opt/gateway/gateway",
                                        "/opt/gateway/bin/gatewayd", "/usr/bin/grep"};
    struct holder *holder = add_twin(scene, HOLDER_PID);
    for (size_t index = 0; index < COUNT(paths); index++) {
        set_file(&holder->process.executable, 110 + index, paths[index]);
        EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
    }
}

/* ---- rules ---- */

static void rules_name_what_else_is_ours(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *match;
        bool matches;
    } rows[] = {
        {"", false},
        {"exe:stranger", true},
        {"exe:strange", false},
        {"exe:/usr/bin/str*", true},
        {"exe:/opt/*", false},
        {"exe:usr/bin/stranger", false},
        {"comm:stranger", true},
        {"comm:strangers", false},
        {"cmdline:stranger --all", true},
        {"cmdline:*--all", true},
        {"cmdline:--all", false},
        {"cmdline:stranger", false},
        {"unit:stranger.service", true},
        {"unit:stranger*", true},
        {"unit:/system.slice/stranger.service", false},
        {"unit:other*", false},
        {"exe:nobody,comm:nobody,unit:str*", true},
        {"exe:nobody, comm:nobody", false},
    };
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    SET(holder->process.cgroup, "/system.slice/stranger.service/sub");
    for (size_t index = 0; index < COUNT(rows); index++) {
        scene->row = rows[index].match;
        SET(scene->settings.match, rows[index].match);
        EXPECT(scene, holder, rows[index].matches ? EVIDENCE_RULE : EVIDENCE_OTHER_PROGRAM);
    }
}

/* Not the empty string that stands in its place either. */
static void rules_do_not_match_what_was_not_read(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *match;
        uint32_t needs;
    } rows[] = {
        {"exe:*", KNOWN_EXECUTABLE}, {"cmdline:*", KNOWN_ARGUMENTS}, {"unit:*", KNOWN_CGROUP}};
    for (size_t index = 0; index < COUNT(rows); index++) {
        scene->observation.holder_count = 0;
        struct holder *holder = add_stranger(scene, HOLDER_PID);
        SET(holder->process.cgroup, "/system.slice/stranger.service");
        SET(scene->settings.match, rows[index].match);
        EXPECT(scene, holder, EVIDENCE_RULE);
        forget_all_but(&holder->process, ~rows[index].needs);
        EXPECT(scene, holder,
               rows[index].needs == KNOWN_EXECUTABLE ? EVIDENCE_UNREADABLE
                                                     : EVIDENCE_OTHER_PROGRAM);
    }
}

static void a_rule_sees_all_arguments_that_are_kept(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    char words[PROCESS_ARGUMENTS_SIZE];
    memset(words, 'a', sizeof(words));
    words[sizeof(words) - 2] = 'b';
    words[sizeof(words) - 1] = '\0';
    set_arguments(&holder->process, words);
    SET(scene->settings.match, "cmdline:*ab");
    EXPECT(scene, holder, EVIDENCE_RULE);
    SET(scene->settings.match, "cmdline:*aa");
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
}

static void without_a_unit_there_is_no_unit_to_match(void **state)
{
    struct scene *scene = *state;
    SET(scene->settings.match, "unit:*");
    EXPECT(scene, add_stranger(scene, HOLDER_PID), EVIDENCE_OTHER_PROGRAM);
}

/* ---- which rule ---- */

static void the_first_rule_that_holds_is_the_evidence(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    SET(scene->settings.service, "gateway");
    SET(scene->settings.match, "any");
    SET(holder->process.label, "gateway");
    share_cgroup(scene, holder, "/system.slice/gateway.service");
    EXPECT(scene, holder, EVIDENCE_SERVICE);
    SET(holder->process.label, "");
    EXPECT(scene, holder, EVIDENCE_UNIT);
    SET(holder->process.cgroup, "/system.slice/other.service");
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    set_stranger(&holder->process);
    SET(scene->settings.match, "any,exe:stranger");
    EXPECT(scene, holder, EVIDENCE_RULE);
    SET(scene->settings.match, "any,exe:nobody");
    EXPECT(scene, holder, EVIDENCE_ANY);
    SET(scene->settings.match, "");
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
}

/* ---- who claims for a service that it is not itself ---- */

static void only_who_is_named_is_stale(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    share_cgroup(scene, holder, "/system.slice/gateway.service");
    scene->settings.only_named = true;
    EXPECT(scene, holder, EVIDENCE_NOT_NAMED);
    SET(scene->settings.match, "unit:other.service");
    EXPECT(scene, holder, EVIDENCE_NOT_NAMED);
    SET(scene->settings.match, "unit:other.service,unit:gateway.service");
    EXPECT(scene, holder, EVIDENCE_RULE);
    SET(scene->settings.match, "any");
    EXPECT(scene, holder, EVIDENCE_ANY);
    SET(scene->settings.service, "gateway");
    SET(holder->process.label, "other");
    EXPECT(scene, holder, EVIDENCE_OTHER_SERVICE);
    SET(holder->process.label, "gateway");
    EXPECT(scene, holder, EVIDENCE_SERVICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("the same label is the same service", the_same_label_is_the_same_service),
        TEST("without our label theirs says nothing", without_our_label_theirs_says_nothing),
        TEST("without their label the next rule decides",
             without_their_label_the_next_rule_decides),
        TEST("an unreadable label decides nothing", an_unreadable_label_decides_nothing),
        TEST("N07 another label outweighs all the rest", another_label_outweighs_all_the_rest),
        TEST("a unit is a service or a container", a_unit_is_a_service_or_a_container),
        TEST("N07 a supervisor in the unit starts strangers as well",
             a_supervisor_in_the_unit_starts_strangers_as_well),
        TEST("a program is its file and its arguments or directory",
             the_same_file_and_arguments_or_directory),
        TEST("N07 files without numbers are told apart by their paths",
             files_without_numbers_are_their_paths),
        TEST("arguments are compared beyond what is kept",
             arguments_are_compared_beyond_what_is_kept),
        TEST("two without arguments are not alike for that",
             two_without_arguments_are_not_alike_for_that),
        TEST("S13 an upgraded program is the same", an_upgraded_program_is_the_same),
        TEST("N07 a similar name is another program", a_similar_name_is_another_program),
        TEST("rules name what else is ours", rules_name_what_else_is_ours),
        TEST("rules do not match what was not read", rules_do_not_match_what_was_not_read),
        TEST("a rule sees all arguments that are kept", a_rule_sees_all_arguments_that_are_kept),
        TEST("without a unit there is no unit to match", without_a_unit_there_is_no_unit_to_match),
        TEST("the first rule that holds is the evidence",
             the_first_rule_that_holds_is_the_evidence),
        TEST("C04 only who is named is stale", only_who_is_named_is_stale),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
