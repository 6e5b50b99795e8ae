/*
 * The judge's question of identity, where the executable says nothing of what it runs:
 * interpreters.
 */
#include "scene.h"

#include <stdio.h>

enum { NAME_SIZE = 256 };

/* Both run this interpreter, in the same directory. */
static struct holder *add_interpreted(struct scene *scene, const char *executable)
{
    struct holder *holder = add_twin(scene, HOLDER_PID);
    set_file(&scene->observation.self.executable, 100, executable);
    set_file(&holder->process.executable, 100, executable);
    return holder;
}

static void the_same_script_is_the_same_program(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_interpreted(scene, "/usr/bin/node");
    struct process *process = &holder->process;
    SET(self->script, "/srv/gateway/gateway.js");
    SET(process->script, "/srv/gateway/gateway.js");
    EXPECT(scene, holder, EVIDENCE_SCRIPT);
    set_arguments(process, "node gateway.js --other");
    set_file(&process->directory, 201, "/");
    EXPECT(scene, holder, EVIDENCE_SCRIPT); /* the file decides */
}

/* Two projects that both run node_modules/.bin/vite, with the same arguments. */
static void another_script_is_another_program(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_interpreted(scene, "/usr/bin/node");
    SET(self->script, "/srv/one/node_modules/vite/bin/vite.js");
    SET(holder->process.script, "/srv/two/node_modules/vite/bin/vite.js");
    EXPECT(scene, holder, EVIDENCE_OTHER_SCRIPT);
    SET(holder->process.script, "/srv/one/node_modules/vite/bin/vite.jsx");
    EXPECT(scene, holder, EVIDENCE_OTHER_SCRIPT);
}

/* "python -m module", "node -e code": no script file, so arguments and directory have to agree. */
static void without_a_script_arguments_and_directory_decide(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_interpreted(scene, "/usr/bin/python3.11");
    struct process *process = &holder->process;
    set_arguments(self, "python3 -m http.server 8000");
    set_arguments(process, "python3 -m http.server 8000");
    EXPECT(scene, holder, EVIDENCE_TITLE);
    set_file(&process->directory, 201, "/srv/other");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
    set_file(&process->directory, 200, "/srv/gateway");
    set_arguments(process, "python3 -m http.server 8001");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
}

static void a_script_on_one_side_is_no_script(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_interpreted(scene, "/usr/bin/node");
    SET(self->script, "/srv/gateway/gateway.js");
    EXPECT(scene, holder, EVIDENCE_TITLE); /* the same arguments, the same directory */
    set_arguments(&holder->process, "node --inspect gateway.js");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
}

static void a_rewritten_title_is_compared_as_arguments_are(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_interpreted(scene, "/usr/bin/node");
    struct process *process = &holder->process;
    SET(self->name, "openclaw-gatewa"); /* cut at 15 characters */
    SET(process->name, "openclaw-gatewa");
    set_arguments(self, "openclaw-gateway");
    set_arguments(process, "openclaw-gateway");
    EXPECT(scene, holder, EVIDENCE_TITLE);
    set_arguments(process, "openclaw-gateway-2"); /* the same comm all the same */
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
    set_arguments(process, "openclaw-gateway");
    set_file(&process->directory, 201, "/srv/other");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
}

/* The same directory is enough for a program, and says nothing of an interpreter's. */
static void check_whether_interpreter(struct scene *scene, const char *name, bool interpreter)
{
    char path[NAME_SIZE];
    snprintf(path, sizeof(path), "/usr/bin/%s", name);
    scene->observation.holder_count = 0;
    struct holder *holder = add_interpreted(scene, path);
    set_arguments(&holder->process, "another thing");
    scene->row = name;
    EXPECT(scene, holder, interpreter ? EVIDENCE_OTHER_ARGUMENTS : EVIDENCE_PROGRAM);
}

static void interpreters_are_known_by_name_and_version(void **state)
{
    struct scene *scene = *state;
    static const char *const interpreters[] = {"node",
                                               "nodejs",
                                               "node-18",
                                               "python",
                                               "python3",
                                               "python3.11",
                                               "python3.9",
                                               "ruby",
                                               "ruby3.1",
                                               "perl",
                                               "perl5.36.0",
                                               "php",
                                               "php8.2",
                                               "java",
                                               "bun",
                                               "deno",
                                               "sh",
                                               "bash",
                                               "dash",
                                               "zsh",
                                               "busybox",
                                               "dotnet",
                                               "beam.smp",
                                               "mono",
                                               "lua5.4",
                                               "pypy3",
                                               "qemu-aarch64",
                                               "qemu-aarch64-static",
                                               "libc.so",
                                               "box64",
                                               "FEXInterpreter",
                                               "rosetta",
                                               "ld-linux-x86-64.so.2",
                                               "ld-musl-x86_64.so.1",
                                               "libc.so",
                                               "tclsh8.6",
                                               "wine64",
                                               "wine64-preloader",
                                               "python3.13t",
                                               "luajit-2.1.0-beta3",
                                               "php-cgi",
                                               "perl5.36-x86_64-linux-gnu",
                                               "gawk",
                                               "R"};
    static const char *const programs[] = {
        "gatewayd", "noded",   "nodemon", "shd",     "pythonic", "javad",  "redis-server",
        "nginx",    "perlbal", "phpfpm",  "bashful", "NODE",     "Python3"};
    for (size_t index = 0; index < COUNT(interpreters); index++)
        check_whether_interpreter(scene, interpreters[index], true);
    for (size_t index = 0; index < COUNT(programs); index++)
        check_whether_interpreter(scene, programs[index], false);
}

/* "qemu-aarch64 /opt/gateway/gatewayd": what it runs is a program, which its file alone is not. */
static void what_an_emulator_runs_is_a_program(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_interpreted(scene, "/usr/bin/qemu-aarch64");
    struct process *process = &holder->process;
    SET(self->script, "/opt/gateway/gatewayd");
    SET(process->script, "/opt/gateway/gatewayd");
    set_arguments(self, "qemu-aarch64 /opt/gateway/gatewayd");
    set_arguments(process, "qemu-aarch64 /opt/gateway/gatewayd");
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
    set_arguments(process, "qemu-aarch64 /opt/gateway/gatewayd --other");
    EXPECT(scene, holder, EVIDENCE_PROGRAM); /* the same directory */
    set_file(&process->directory, 201, "/srv/other");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
    SET(process->script, "/opt/gateway/another");
    set_file(&process->directory, 200, "/srv/gateway");
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
}

/* Wine shows "server.exe settings.ini": its own name is gone, and the file is no program. */
static void an_emulator_that_hides_runs_its_first_argument(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_interpreted(scene, "/usr/lib/wine/wine64");
    SET(self->script, "/srv/gateway/settings.ini");
    SET(holder->process.script, "/srv/gateway/settings.ini");
    set_arguments(self, "gateway.exe settings.ini");
    set_arguments(&holder->process, "other.exe settings.ini");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
    set_arguments(&holder->process, "gateway.exe settings.ini");
    EXPECT(scene, holder, EVIDENCE_TITLE);
}

/* Where binfmt_misc starts it, every Python program of another architecture begins like this. */
static void an_emulated_interpreter_is_no_script(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_interpreted(scene, "/usr/bin/qemu-aarch64-static");
    struct process *process = &holder->process;
    SET(self->script, "/usr/bin/python3.11");
    SET(process->script, "/usr/bin/python3.11");
    set_arguments(self, "qemu-aarch64-static /usr/bin/python3 one.py");
    set_arguments(process, "qemu-aarch64-static /usr/bin/python3 two.py");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
    set_arguments(process, "qemu-aarch64-static /usr/bin/python3 one.py");
    EXPECT(scene, holder, EVIDENCE_TITLE);
    set_file(&process->directory, 201, "/srv/other");
    EXPECT(scene, holder, EVIDENCE_OTHER_ARGUMENTS);
    process->known &= ~(uint32_t)KNOWN_DIRECTORY;
    EXPECT(scene, holder, EVIDENCE_UNREADABLE);
}

static void a_program_goes_before_a_rule(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_interpreted(scene, "/usr/bin/node");
    SET(scene->settings.match, "any");
    EXPECT(scene, holder, EVIDENCE_TITLE);
    SET(scene->observation.self.script, "/srv/gateway/gateway.js");
    SET(holder->process.script, "/srv/gateway/gateway.js");
    EXPECT(scene, holder, EVIDENCE_SCRIPT);
    SET(holder->process.script, "/srv/gateway/other.js");
    EXPECT(scene, holder, EVIDENCE_ANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("the same script is the same program", the_same_script_is_the_same_program),
        TEST("N08 another script is another program", another_script_is_another_program),
        TEST("N08 without a script arguments and directory decide",
             without_a_script_arguments_and_directory_decide),
        TEST("N08 a script on one side is no script", a_script_on_one_side_is_no_script),
        TEST("S14 a rewritten title is compared as arguments are",
             a_rewritten_title_is_compared_as_arguments_are),
        TEST("N08 interpreters are known by name and version",
             interpreters_are_known_by_name_and_version),
        TEST("what an emulator runs is a program", what_an_emulator_runs_is_a_program),
        TEST("N08 an emulator that hides runs its first argument",
             an_emulator_that_hides_runs_its_first_argument),
        TEST("N08 an emulated interpreter is no script", an_emulated_interpreter_is_no_script),
        TEST("a program goes before a rule", a_program_goes_before_a_rule),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
