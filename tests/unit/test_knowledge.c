/*
 * The judge, when not everything can be read: over all combinations of what is known of us and of
 * the holder, missing knowledge never makes anybody stale.
 */
#include "scene.h"

enum { COMBINATIONS = KNOWN_ALL + 1 };

/* The fields of both that each kind of evidence rests on, beside age, user and our own lineage. */
static bool is_supported(const struct scene *scene, const struct holder *holder)
{
    uint32_t theirs = holder->process.known;
    uint32_t both = scene->observation.self.known & theirs;
    switch (holder->evidence) {
    case EVIDENCE_SERVICE:
        return (theirs & KNOWN_LABEL) != 0;
    case EVIDENCE_UNIT:
        return (both & KNOWN_CGROUP) != 0 && (both & KNOWN_ANCESTORS) != 0;
    case EVIDENCE_PROGRAM:
        return (both & KNOWN_EXECUTABLE) != 0 && (both & (KNOWN_ARGUMENTS | KNOWN_DIRECTORY)) != 0;
    case EVIDENCE_SCRIPT:
    case EVIDENCE_TITLE:
        return (both & KNOWN_EXECUTABLE) != 0 && (both & KNOWN_ARGUMENTS) != 0 &&
               (both & KNOWN_DIRECTORY) != 0;
    case EVIDENCE_RULE: /* the rule of the scene is about the arguments */
        return (theirs & KNOWN_ARGUMENTS) != 0;
    case EVIDENCE_INHERITED:
        return (theirs & KNOWN_ANCESTORS) != 0;
    default:
        return false;
    }
}

static bool may_be_stale(const struct scene *scene, const struct holder *holder)
{
    const uint32_t needed = KNOWN_START | KNOWN_USER | KNOWN_ANCESTORS;
    bool user_known = (holder->process.known & KNOWN_USER) != 0 ||
                      holder->socket.owner_user == scene->observation.self.user;
    return (scene->observation.self.known & needed) == needed &&
           (holder->process.known & KNOWN_START) != 0 && user_known && is_supported(scene, holder);
}

/* Scenes of one holder, the last in the observation. */
static struct holder *arrange_service(struct scene *scene)
{
    SET(scene->settings.service, "gateway");
    struct holder *holder = add_twin(scene, HOLDER_PID);
    SET(holder->process.label, "gateway");
    return holder;
}

static struct holder *arrange_unit(struct scene *scene)
{
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    share_cgroup(scene, holder, "/system.slice/gateway.service");
    return holder;
}

static struct holder *arrange_twin(struct scene *scene)
{
    return add_twin(scene, HOLDER_PID);
}

static struct holder *arrange_changed_user(struct scene *scene)
{
    struct holder *holder = add_twin(scene, HOLDER_PID);
    holder->socket.owner_user = OTHER_USER;
    return holder;
}

static struct holder *arrange_script(struct scene *scene)
{
    struct holder *holder = add_twin(scene, HOLDER_PID);
    set_file(&scene->observation.self.executable, 100, "/usr/bin/node");
    set_file(&holder->process.executable, 100, "/usr/bin/node");
    SET(scene->observation.self.script, "/srv/gateway/gateway.js");
    SET(holder->process.script, "/srv/gateway/gateway.js");
    return holder;
}

static struct holder *arrange_title(struct scene *scene)
{
    struct holder *holder = arrange_script(scene);
    holder->process.script[0] = '\0';
    return holder;
}

static struct holder *arrange_rule(struct scene *scene)
{
    SET(scene->settings.match, "cmdline:stranger*");
    return add_stranger(scene, HOLDER_PID);
}

static struct holder *arrange_worker(struct scene *scene)
{
    struct holder *master = add_twin(scene, HOLDER_PID);
    return add_worker(scene, master, WORKER_PID);
}

/* These are not stale when all of them is known, and less knowledge must not make them so. */
static struct holder *arrange_stranger(struct scene *scene)
{
    return add_stranger(scene, HOLDER_PID);
}

static struct holder *arrange_other_service(struct scene *scene)
{
    struct holder *holder = arrange_service(scene);
    SET(holder->process.label, "other");
    share_cgroup(scene, holder, "/system.slice/gateway.service");
    return holder;
}

static struct holder *arrange_supervised(struct scene *scene)
{
    struct holder *holder = arrange_unit(scene);
    const int32_t ancestors[] = {PARENT_PID, INIT_PID};
    set_ancestors(&holder->process, ancestors, COUNT(ancestors));
    scene->observation.self.ancestors_in_unit = 1;
    return holder;
}

static struct holder *arrange_other_user(struct scene *scene)
{
    struct holder *holder = arrange_changed_user(scene);
    holder->process.user = OTHER_USER;
    return holder;
}

static struct holder *arrange_other_script(struct scene *scene)
{
    struct holder *holder = arrange_script(scene);
    SET(holder->process.script, "/srv/gateway/other.js");
    return holder;
}

static struct holder *arrange_ancestor(struct scene *scene)
{
    return add_twin(scene, PARENT_PID);
}

static struct holder *arrange_protected(struct scene *scene)
{
    SET(scene->settings.protect, "gatewayd");
    return add_twin(scene, HOLDER_PID);
}

static struct holder *arrange_younger(struct scene *scene)
{
    struct holder *holder = add_twin(scene, HOLDER_PID);
    holder->process.start_ms = SELF_START_MS + 1;
    return holder;
}

static struct holder *arrange_client(struct scene *scene)
{
    struct holder *holder = add_twin(scene, HOLDER_PID);
    holder->socket.state = SOCKET_CONNECTED;
    holder->serves_elsewhere = true;
    return holder;
}

struct arrangement {
    const char *name;
    struct holder *(*arrange)(struct scene *scene);
    enum evidence evidence; /* when everything is known */
};

static const struct arrangement arrangements[] = {
    {"N05 less knowledge makes nobody stale: service", arrange_service, EVIDENCE_SERVICE},
    {"N05 less knowledge makes nobody stale: unit", arrange_unit, EVIDENCE_UNIT},
    {"N05 less knowledge makes nobody stale: twin", arrange_twin, EVIDENCE_PROGRAM},
    {"N05 less knowledge makes nobody stale: changed user", arrange_changed_user, EVIDENCE_PROGRAM},
    {"N05 less knowledge makes nobody stale: script", arrange_script, EVIDENCE_SCRIPT},
    {"N05 less knowledge makes nobody stale: title", arrange_title, EVIDENCE_TITLE},
    {"N05 less knowledge makes nobody stale: rule", arrange_rule, EVIDENCE_RULE},
    {"N05 less knowledge makes nobody stale: worker", arrange_worker, EVIDENCE_INHERITED},
    {"N05 less knowledge makes nobody stale: orphan", add_orphan, EVIDENCE_INHERITED},
    {"N05 less knowledge makes nobody stale: sibling", add_sibling, EVIDENCE_SIBLING},
    {"N05 less knowledge makes nobody stale: stranger", arrange_stranger, EVIDENCE_OTHER_PROGRAM},
    {"N05 less knowledge makes nobody stale: other service", arrange_other_service,
     EVIDENCE_OTHER_SERVICE},
    {"N05 less knowledge makes nobody stale: supervised", arrange_supervised,
     EVIDENCE_OTHER_PROGRAM},
    {"N05 less knowledge makes nobody stale: other user", arrange_other_user, EVIDENCE_OTHER_USER},
    {"N05 less knowledge makes nobody stale: other script", arrange_other_script,
     EVIDENCE_OTHER_SCRIPT},
    {"N05 less knowledge makes nobody stale: ancestor", arrange_ancestor, EVIDENCE_ANCESTOR},
    {"N05 less knowledge makes nobody stale: protected", arrange_protected, EVIDENCE_PROTECTED},
    {"N05 less knowledge makes nobody stale: younger", arrange_younger, EVIDENCE_YOUNGER},
    {"N05 less knowledge makes nobody stale: client", arrange_client, EVIDENCE_CONNECTION},
};

static void check_knowledge(struct scene *scene, const struct arrangement *arrangement,
                            const struct holder *holder)
{
    judge(&scene->context, &scene->observation);
    if (holder->verdict != VERDICT_STALE)
        return;
    bool stale_in_full = evidence_verdict(arrangement->evidence) == VERDICT_STALE;
    if (!stale_in_full || !may_be_stale(scene, holder))
        fail_msg("stale by %s, though we know 0x%x of us and 0x%x of it",
                 evidence_name(holder->evidence), scene->observation.self.known,
                 holder->process.known);
}

static void check_arrangement(struct scene *scene, const struct arrangement *arrangement)
{
    struct holder *holder = arrangement->arrange(scene);
    const struct process self = scene->observation.self;
    const struct process process = holder->process;
    EXPECT(scene, holder, arrangement->evidence);
    for (uint32_t ours = 0; ours < COMBINATIONS; ours++) {
        scene->observation.self = self;
        forget_all_but(&scene->observation.self, ours);
        for (uint32_t theirs = 0; theirs < COMBINATIONS; theirs++) {
            holder->process = process;
            forget_all_but(&holder->process, theirs);
            check_knowledge(scene, arrangement, holder);
        }
    }
}

/* One test for each arrangement; which one it is comes as the test's initial state. */
static const struct arrangement *chosen;

static int make_chosen(void **state)
{
    chosen = *state;
    return make_scene(state);
}

static void less_knowledge_makes_nobody_stale(void **state)
{
    check_arrangement(*state, chosen);
}

int main(void)
{
    struct CMUnitTest tests[COUNT(arrangements)];
    for (size_t index = 0; index < COUNT(arrangements); index++)
        tests[index] =
            (struct CMUnitTest){arrangements[index].name, less_knowledge_makes_nobody_stale,
                                make_chosen, free_scene, (void *)&arrangements[index]};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
