/*
 * portclaim run: the program in the place of this process, with the shared object in LD_PRELOAD,
 * or under a supervisor where that does not reach it (engine.h).
 *
 * It becomes the program instead of starting it, so that its PID, its signals, its exit status and
 * what it inherits stay what they would be without portclaim.
 */
#include "command/run.h"
#include "command/command.h"
#include "command/visible.h"
#include "core/text.h"
#include "linux/command/engine.h"
#include "linux/command/engines.h"
#include "linux/command/program/object.h"
#include "linux/command/program/program.h"
#include "linux/command/run_options.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- its own option ---- */

static enum engine engine_wanted = ENGINE_AUTO;

static void take_engine(int option, const char *name)
{
    (void)option;
    if (engines_read(name, &engine_wanted))
        return;
    char *shown = visible(name);
    int status =
        command_misuse(&command_run, "--engine \"%s\": want auto, preload or seccomp", shown);
    free(shown);
    exit(status);
}

static const struct option options[] = {
    {"engine", required_argument, NULL, 0},
    {0},
};

const struct run_options run_options_linux = {.options = options, .take = take_engine};

/* ---- the program ---- */

static int exit_code(enum program_finding finding)
{
    switch (finding) {
    case PROGRAM_NOT_FOUND:
        return EXIT_NOT_FOUND;
    case PROGRAM_NOT_EXECUTABLE:
    case PROGRAM_NO_FORMAT:
    case PROGRAM_LOOP:
        return EXIT_NOT_EXECUTABLE;
    default:
        return EXIT_REFUSED;
    }
}

/* What was wanted, what stands in the way and how it was found, and the way out. */
static void explain(const struct program *program, const char *wanted, int status)
{
    char *name = visible(wanted);
    char *story = program_story(program);
    char *advice = program_advice(program);
    command_complain(&command_run, "cannot %s \"%s\": %s: %s",
                     status == EXIT_REFUSED ? "serve" : "start", name, story,
                     program_why(program->finding));
    command_complain(&command_run, "%s", advice);
    free(advice);
    free(story);
    free(name);
}

/* Most likely an ordinary program, and the loader does not care whether it can be read. */
static void warn_of_unreadable(const struct program *program)
{
    char *story = program_story(program);
    command_complain(&command_run, "warning: %s: %s; it starts all the same", story,
                     program_why(program->finding));
    free(story);
}

/* ---- LD_PRELOAD ---- */

static bool is_same_file(const char *left, const char *right)
{
    struct stat one;
    struct stat other;
    return stat(left, &one) == 0 && stat(right, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

/* Is the object among these, by whatever name? Separated as ld.so(8) says. */
static bool is_preloaded(const char *list, const char *object)
{
    bool found = false;
    char *entries = strdup(list);
    char *rest = NULL;
    if (entries == NULL)
        err(EXIT_REFUSED, "portclaim run");
    for (char *entry = strtok_r(entries, " :", &rest); entry != NULL && !found;
         entry = strtok_r(NULL, " :", &rest))
        found = text_equal(entry, object) || is_same_file(entry, object);
    free(entries);
    return found;
}

static void set(const char *variable, const char *value)
{
    if (setenv(variable, value, true) != 0)
        err(EXIT_REFUSED, "portclaim run: cannot set %s", variable);
}

/* First, for the first definition of bind() is the one that is called. */
static void preload(const char *object)
{
    static const char variable[] = "LD_PRELOAD";
    const char *others = getenv(variable);
    char *joined;
    if (others == NULL || others[0] == '\0') {
        set(variable, object);
    } else if (!is_preloaded(others, object)) {
        if (asprintf(&joined, "%s:%s", object, others) < 0)
            err(EXIT_REFUSED, "portclaim run");
        set(variable, joined);
        free(joined);
    }
}

/* ---- all of it ---- */

static int become(char **arguments)
{
    (void)execvp(arguments[0], arguments);
    int reason = errno;
    char *name = visible(arguments[0]);
    command_complain(&command_run, "cannot execute \"%s\": %s", name, strerror(reason));
    free(name);
    return reason == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

static int run_by_preload(char **arguments, const struct program *program)
{
    struct object object;
    if (program->finding == PROGRAM_UNREADABLE)
        warn_of_unreadable(program);
    if (!object_find(program, &object)) {
        command_complain(&command_run, "%s", object.why);
        return EXIT_REFUSED;
    }
    object_share(program, &object);
    preload(object.entry);
    return become(arguments);
}

static int run_by_seccomp(char **arguments, const struct program *program,
                          const struct settings *settings)
{
    const char *why;
    const bool claimed = settings->claim[0] != '\0';
    if (claimed)
        engine_claim(settings, program);
    /*
     * A path means what the program's root, directory and mounts make of it, and is removed with
     * its credentials and within its Landlock domain; none of which a supervisor can take on whole.
     */
    if (settings->unix_sockets)
        command_complain(&command_run, "warning: the seccomp engine does not claim Unix sockets "
                                       "(PORTCLAIM_UNIX); --claim unix:/PATH does, before it "
                                       "begins");
    if (engine_start(settings, &why))
        return become(arguments);
    if (claimed) {
        command_complain(&command_run, "warning: but for --claim nothing is done for it: %s", why);
        return become(arguments);
    }
    char *name = visible(arguments[0]);
    char *advice = program->finding == PROGRAM_SERVED ? NULL : program_advice(program);
    command_complain(&command_run, "cannot serve \"%s\" by the seccomp engine: %s", name, why);
    command_complain(&command_run, "claim the port before it begins (--claim ENDPOINT)%s%s",
                     advice == NULL ? ", or try --engine=preload" : "; else ",
                     advice == NULL ? "" : advice);
    free(advice);
    free(name);
    return EXIT_REFUSED;
}

static int run_examined(char **arguments, const struct settings *settings)
{
    struct program program;
    int status;
    enum program_finding finding = program_examine(arguments, &program);
    switch (engines_choose(&program, engine_wanted, settings->claim[0] != '\0')) {
    case ENGINE_SECCOMP:
        status = run_by_seccomp(arguments, &program, settings);
        break;
    case ENGINE_PRELOAD:
        status = run_by_preload(arguments, &program);
        break;
    default:
        status = exit_code(finding);
        explain(&program, arguments[0], status);
    }
    program_free(&program);
    return status;
}

int run_program(char **program, const struct settings *settings)
{
    if (settings->mode == MODE_OFF) /* as it would be without portclaim, whatever it is */
        return become(program);
    return run_examined(program, settings);
}

/* ---- the words of the help ---- */

const char run_manner[] =
    "The program takes the place of this process, with libportclaim.so first in LD_PRELOAD: PID,\n"
    "signals, exit status and sd_notify(3) are as without portclaim. When its port is taken by an\n"
    "earlier instance of the same service, that one is stopped; nobody else is. A program that\n"
    "LD_PRELOAD does not reach (static, Go, of 32 bits without an object of its own) gets a\n"
    "small supervisor instead, which answers its bind() and listen().\n";

const char run_programs[] =
    "  --engine ENGINE     preload, seccomp (the supervisor, for everything that the program\n"
    "                      starts; sets no_new_privs unless it runs as root), or auto\n"
    "\n"
    "What runs in the end is looked up through \"#!\" lines and env(1). A program that neither\n"
    "engine serves is refused, with the way out: set-user-ID, with file capabilities, for another\n"
    "machine, or behind sudo or env -i. --mode off starts it as it is.\n"
    "\n"
    "A shell script that starts the server would claim in its place: name the server, as in\n"
    "--claim 8080 --only node.\n";

const char run_refusal[] =
    "  125  the program cannot be served, or there is no libportclaim.so to serve it with\n";

const char run_examples[] =
    "  portclaim run --dry-run --log /var/log/gateway.log -- ./gateway --port 18789\n"
    "  portclaim run --claim 8080 --term-ms 5000 -- /opt/legacy/server\n"
    "  ExecStart=/usr/local/bin/portclaim run --wait-ms 5000 -- /usr/bin/node /srv/gateway.js\n";
