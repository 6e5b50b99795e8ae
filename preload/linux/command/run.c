/*
 * portclaim run: the program in the place of this process, with the shared object in LD_PRELOAD.
 *
 * It becomes the program instead of starting it, so that its PID, its signals, its exit status and
 * what it inherits stay what they would be without portclaim.
 */
#include "command/command.h"
#include "command/options.h"
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

enum { OPTION_DRY_RUN = 0x100 }; /* no letter */

static const struct option own_options[] = {
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {0},
};

static void set(const char *variable, const char *value)
{
    if (setenv(variable, value, true) != 0)
        err(EXIT_REFUSED, "portclaim run: cannot set %s", variable);
}

static void take_options(int count, char **arguments)
{
    struct option options[OPTIONS_MOST];
    int option;
    options_with_settings(own_options, options);
    while ((option = command_next_option(&command_run, count, arguments, options)) != -1) {
        if (options_is_setting(option))
            options_take_setting(option, optarg);
        else
            set("PORTCLAIM", "dry-run");
    }
}

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

static int run(int count, char **arguments)
{
    struct settings settings;
    struct object object;
    take_options(count, arguments);
    char **program = arguments + optind;
    if (*program == NULL)
        return command_misuse(&command_run, "there is no program to run");
    if (!options_read_settings(&settings))
        return EXIT_MISUSE;
    if (settings.mode == MODE_OFF) /* as it would be without portclaim, whatever it is */
        return become(program);
    int status = check_program(program, &settings);
    if (status != EXIT_YES)
        return status;
    if (!object_find(&object)) {
        command_complain(&command_run, "%s", object.why);
        return EXIT_REFUSED;
    }
    preload(object.path);
    return become(program);
}

static const char details[] =
    "The program takes the place of this process, with libportclaim.so first in LD_PRELOAD: PID,\n"
    "signals, exit status and sd_notify(3) are as without portclaim. When its port is taken by an\n"
    "earlier instance of the same service, that one is stopped; nobody else is.\n"
    "\n"
    "Options:\n"
    "  --claim ENDPOINT    free this port before the program begins, for one that takes a lock\n"
    "                      before it binds; may be repeated: 8080, 127.0.0.1:8080, udp:53\n"
    "  --dry-run           report what would be done, stop nobody; the same as --mode dry-run\n"
    "\n"
    "Every setting of portclaim(7) is an option, which takes precedence over its variable; lists\n"
    "may be repeated:\n"
    "  --mode on|dry-run|off    --ports LIST        --only LIST         --service NAME\n"
    "  --match RULES            --protect LIST      --signal NAME       --reuseaddr on|off\n"
    "  --term-ms NUMBER         --kill-ms NUMBER    --wait-ms NUMBER    --limit NUMBER/SECONDS\n"
    "  --log stderr|none|FILE   --log-format text|json                  --state-dir DIRECTORY\n"
    "\n"
    "What runs in the end is looked up through \"#!\" lines and env(1). A program that LD_PRELOAD\n"
    "does not reach is refused, with the way out: statically linked, set-user-ID, with file\n"
    "capabilities, for another architecture, written in Go (served with --claim), or behind sudo\n"
    "or env -i. --mode off starts it as it is.\n"
    "\n"
    "A shell script that starts the server would claim in its place: name the server, as in\n"
    "--claim 8080 --only node.\n"
    "\n"
    "Exit code: the program's, or\n"
    "    2  a mistake in an option, or in a PORTCLAIM variable; nothing was started\n"
    "  125  the program cannot be served, or there is no libportclaim.so to serve it with\n"
    "  126  it cannot be executed\n"
    "  127  it was not found\n"
    "\n"
    "Examples:\n"
    "  portclaim run node server.js\n"
    "  portclaim run --dry-run --log /var/log/gateway.log -- ./gateway --port 18789\n"
    "  portclaim run --claim 8080 --term-ms 5000 -- /opt/legacy/server\n"
    "  ExecStart=/usr/local/bin/portclaim run --wait-ms 5000 -- /usr/bin/node /srv/gateway.js\n";

const struct command command_run = {
    .name = "run",
    .summary = "start a program under portclaim",
    .synopsis = "[OPTION]... [--claim ENDPOINT]... [--] PROGRAM [ARGUMENT]...",
    .details = details,
    .wraps = true,
    .run = run,
};
