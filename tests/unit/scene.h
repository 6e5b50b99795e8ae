/*
 * scene: a made-up service that wants its port, and made-up holders of it, for the judge.
 *
 * The service is PID 500, child of 400, child of 1, of user 1000, and runs /opt/gateway/gatewayd. A
 * twin is an earlier instance of it, the same program in the same directory. A stranger has nothing
 * in common with it but the user. Both are older, listen, and are known in full.
 */
#ifndef PORTCLAIM_TEST_SCENE_H
#define PORTCLAIM_TEST_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/evidence.h"
#include "core/judge.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    SELF_PID = 500,
    PARENT_PID = 400,
    INIT_PID = 1,
    HOLDER_PID = 300,
    WORKER_PID = 310,
    SELF_START_MS = 100000,
    HOLDER_START_MS = 50000,
    OUR_USER = 1000,
    OTHER_USER = 2000,
    INODES_PER_PID = 10, /* the holder's socket has the inode PID * 10 */
    KNOWN_ALL = (KNOWN_ANCESTORS << 1) - 1,
};

struct scene {
    struct settings settings;
    struct breaker_memory memory;
    struct target targets[2];
    struct judge_context context;
    struct observation observation;
    const char *row; /* of a table, for the message of a failure; NULL: none */
};

static inline void set_string(char *field, size_t size, const char *string)
{
    if (!text_copy(field, size, string))
        fail_msg("\"%s\" does not fit", string);
}

#define SET(field, string) set_string(field, sizeof(field), string)

static inline void set_file(struct file *file, uint64_t inode, const char *path)
{
    file->device = 1;
    file->inode = inode;
    file->deleted = false;
    SET(file->path, path);
}

/* Words separated by one space, as /proc/PID/cmdline has them: by one NUL, none at the end. */
static inline void set_arguments(struct process *process, const char *words)
{
    SET(process->arguments, words);
    process->arguments_length = (uint32_t)strlen(words);
    for (uint32_t index = 0; index < process->arguments_length; index++) {
        if (process->arguments[index] == ' ')
            process->arguments[index] = '\0';
    }
    process->arguments_hash =
        text_hash(TEXT_HASH_START, process->arguments, process->arguments_length);
}

/* Parent first, up to the root. */
static inline void set_ancestors(struct process *process, const int32_t *ancestors, uint32_t count)
{
    process->parent = ancestors[0];
    process->ancestor_count = count;
    memcpy(process->ancestors, ancestors, count * sizeof(ancestors[0]));
}

static inline void set_program(struct process *process)
{
    SET(process->name, "gatewayd");
    set_file(&process->executable, 100, "/opt/gateway/gatewayd");
    set_file(&process->directory, 200, "/srv/gateway");
    set_arguments(process, "gatewayd --port 18789");
}

static inline void set_stranger(struct process *process)
{
    SET(process->name, "stranger");
    set_file(&process->executable, 101, "/usr/bin/stranger");
    set_file(&process->directory, 201, "/srv/stranger");
    set_arguments(process, "stranger --all");
}

static inline int make_scene(void **state)
{
    static const int32_t ancestors[] = {PARENT_PID, INIT_PID};
    struct scene *scene = calloc(1, sizeof(*scene));
    if (scene == NULL)
        return -1;
    struct process *self = &scene->observation.self;
    self->pid = SELF_PID;
    self->known = KNOWN_ALL;
    self->process_group = SELF_PID;
    self->start_ms = SELF_START_MS;
    self->user = OUR_USER;
    set_ancestors(self, ancestors, COUNT(ancestors));
    set_program(self);
    settings_defaults(&scene->settings);
    scene->context.settings = &scene->settings;
    scene->context.memory = &scene->memory;
    scene->context.targets = scene->targets;
    scene->observation.complete = true;
    *state = scene;
    return 0;
}

static inline int free_scene(void **state)
{
    free(*state);
    return 0;
}

static inline struct holder *add_holder(struct scene *scene, int32_t pid)
{
    static const int32_t ancestors[] = {INIT_PID};
    struct holder *holder = &scene->observation.holders[scene->observation.holder_count++];
    memset(holder, 0, sizeof(*holder));
    holder->visible = true;
    holder->handle = HANDLE_NONE;
    holder->process.pid = pid;
    holder->process.known = KNOWN_ALL;
    holder->process.process_group = pid;
    holder->process.start_ms = HOLDER_START_MS;
    holder->process.user = OUR_USER;
    set_ancestors(&holder->process, ancestors, COUNT(ancestors));
    holder->socket.state = SOCKET_LISTENING;
    holder->socket.owner_user = OUR_USER;
    holder->socket.inode = (uint64_t)pid * INODES_PER_PID;
    holder->inodes[0] = holder->socket.inode;
    holder->inode_count = 1;
    return holder;
}

static inline struct holder *add_twin(struct scene *scene, int32_t pid)
{
    struct holder *holder = add_holder(scene, pid);
    set_program(&holder->process);
    return holder;
}

static inline struct holder *add_stranger(struct scene *scene, int32_t pid)
{
    struct holder *holder = add_holder(scene, pid);
    set_stranger(&holder->process);
    return holder;
}

/* A pre-fork worker of the same parent, just old enough to be one. */
static inline struct holder *add_sibling(struct scene *scene)
{
    const int32_t ancestors[] = {PARENT_PID, INIT_PID};
    struct holder *holder = add_twin(scene, HOLDER_PID);
    set_ancestors(&holder->process, ancestors, COUNT(ancestors));
    holder->process.process_group = SELF_PID;
    holder->process.start_ms = SELF_START_MS - SIBLING_WINDOW_MS;
    return holder;
}

/* A worker of the holder, another program to look at, that has its socket from it. */
static inline struct holder *add_worker(struct scene *scene, const struct holder *master,
                                        int32_t pid)
{
    const int32_t ancestors[] = {master->process.pid, INIT_PID};
    struct holder *worker = add_stranger(scene, pid);
    set_ancestors(&worker->process, ancestors, COUNT(ancestors));
    worker->process.start_ms = HOLDER_START_MS + 1;
    worker->inodes[worker->inode_count++] = master->inodes[0];
    return worker;
}

/* A stranger that was found stale at an earlier look. */
static inline struct holder *add_asked(struct scene *scene)
{
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    scene->targets[0].pid = HOLDER_PID + 1;
    scene->targets[1] = (struct target){.pid = HOLDER_PID,
                                        .start_ms = HOLDER_START_MS,
                                        .evidence = EVIDENCE_INHERITED,
                                        .through = WORKER_PID};
    scene->context.target_count = 2;
    return holder;
}

/*
 * The master was asked, let go of the socket and is no holder any more; its child has it still. The
 * child is the holder, and the socket was there when the claim began.
 */
static inline struct holder *add_orphan(struct scene *scene)
{
    static uint64_t first[] = {7, WORKER_PID * INODES_PER_PID};
    const int32_t ancestors[] = {HOLDER_PID, INIT_PID};
    add_asked(scene);
    scene->observation.holder_count = 0;
    scene->context.first_inodes = first;
    scene->context.first_inode_count = COUNT(first);
    struct holder *orphan = add_stranger(scene, WORKER_PID);
    set_ancestors(&orphan->process, ancestors, COUNT(ancestors));
    return orphan;
}

/* Gives both, the service and the holder, the same cgroup. */
static inline void share_cgroup(struct scene *scene, struct holder *holder, const char *cgroup)
{
    SET(scene->observation.self.cgroup, cgroup);
    SET(holder->process.cgroup, cgroup);
}

/* What a host leaves behind that could read these fields only: the others zero or empty. */
static inline void forget_all_but(struct process *process, uint32_t known)
{
    process->known &= known;
    if ((known & KNOWN_START) == 0) {
        process->start_ms = 0;
        process->parent = 0;
        process->process_group = 0;
        process->name[0] = '\0';
    }
    if ((known & KNOWN_USER) == 0)
        process->user = 0;
    if ((known & KNOWN_EXECUTABLE) == 0)
        memset(&process->executable, 0, sizeof(process->executable));
    if ((known & KNOWN_ARGUMENTS) == 0) {
        process->arguments[0] = '\0';
        process->arguments_length = 0;
        process->arguments_hash = 0;
        process->script[0] = '\0';
    }
    if ((known & KNOWN_DIRECTORY) == 0)
        memset(&process->directory, 0, sizeof(process->directory));
    if ((known & KNOWN_CGROUP) == 0)
        process->cgroup[0] = '\0';
    if ((known & KNOWN_LABEL) == 0)
        process->label[0] = '\0';
    if ((known & KNOWN_ANCESTORS) == 0) {
        process->ancestor_count = 0;
        process->ancestors_in_unit = 0;
    }
}

/* An entry of the list of tests: one that has a scene of its own. */
#define TEST(name, function)                                                                       \
    {                                                                                              \
        name, function, make_scene, free_scene, NULL                                               \
    }

/* Judges the whole scene and looks at one holder. */
#define EXPECT(scene, holder, evidence) expect(scene, holder, evidence, __FILE__, __LINE__)

static inline void expect(struct scene *scene, const struct holder *holder, enum evidence evidence,
                          const char *file, int line)
{
    judge(&scene->context, &scene->observation);
    if (holder->evidence != evidence || holder->verdict != evidence_verdict(evidence)) {
        print_error("%s: %s %s, want %s %s\n", scene->row != NULL ? scene->row : "holder",
                    evidence_verdict_name(holder->verdict), evidence_name(holder->evidence),
                    evidence_verdict_name(evidence_verdict(evidence)), evidence_name(evidence));
        _fail(file, line);
    }
}

#endif
