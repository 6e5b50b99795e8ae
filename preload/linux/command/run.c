/*
 * portclaim run: the program in the place of this process, with the shared object in LD_PRELOAD.
 *
 * It becomes the program instead of starting it, so that its PID, its signals, its exit status and
 * what it inherits stay what they would be without portclaim.
 */
#include "command/run.h"
#include "command/command.h"
#include "command/visible.h"
#include "linux/command/program/object.h"
#include "linux/command/program/program.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static int check_program(char **arguments, const struct settings *settings)
{
    struct program program;
    int status = EXIT_YES;
    enum program_finding finding = program_examine(arguments, &program);
    /* A claim before main() is libc's, whoever asks for the port later. */
    bool served = finding == PROGRAM_SERVED || finding == PROGRAM_UNREADABLE ||
                  (finding == PROGRAM_GO && settings->claim[0] != '\0');
    if (finding == PROGRAM_UNREADABLE)
        warn_of_unreadable(&program);
    if (!served) {
        status = exit_code(finding);
        explain(&program, arguments[0], status);
    }
    program_free(&program);
    return status;
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
        found = is_same_file(entry, object);
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

int run_program(char **program, const struct settings *settings)
{
    struct object object;
    if (settings->mode == MODE_OFF) /* as it would be without portclaim, whatever it is */
        return become(program);
    int status = check_program(program, settings);
    if (status != EXIT_YES)
        return status;
    if (!object_find(&object)) {
        command_complain(&command_run, "%s", object.why);
        return EXIT_REFUSED;
    }
    preload(object.path);
    return become(program);
}

/* ---- the words of the help ---- */

const char run_manner[] =
    "The program takes the place of this process, with libportclaim.so first in LD_PRELOAD: PID,\n"
    "signals, exit status and sd_notify(3) are as without portclaim. When its port is taken by an\n"
    "earlier instance of the same service, that one is stopped; nobody else is.\n";

const char run_programs[] =
    "What runs in the end is looked up through \"#!\" lines and env(1). A program that LD_PRELOAD\n"
    "does not reach is refused, with the way out: statically linked, set-user-ID, with file\n"
    "capabilities, for another architecture, written in Go (served with --claim), or behind sudo\n"
    "or env -i. --mode off starts it as it is.\n"
    "\n"
    "A shell script that starts the server would claim in its place: name the server, as in\n"
    "--claim 8080 --only node.\n";

const char run_refusal[] =
    "  125  the program cannot be served, or there is no libportclaim.so to serve it with\n";

const char run_examples[] =
    "  portclaim run --dry-run --log /var/log/gateway.log -- ./gateway --port 18789\n"
    "  portclaim run --claim 8080 --term-ms 5000 -- /opt/legacy/server\n"
    "  ExecStart=/usr/local/bin/portclaim run --wait-ms 5000 -- /usr/bin/node /srv/gateway.js\n";
