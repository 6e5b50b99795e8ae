/*
 * portclaim run: the program with portclaim.dll in it, and in the DLL's care all that it starts.
 *
 * Windows has no exec: we stay beside the program, with nothing to do but to wait and to exit as it
 * did.
 */
#include "allocate.h"
#include "batch.h"
#include "command/command.h"
#include "command/environment.h"
#include "command/options.h"
#include "command/visible.h"
#include "object.h"
#include "own_line.h"
#include "search.h"
#include "start.h"
#include "windows/command_line.h"
#include "windows/wide.h"

#include <stdio.h>

enum { OPTION_DRY_RUN = 0x100 }; /* no letter */

static const struct option own_options[] = {
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {0},
};

static void take_options(int count, char **arguments)
{
    struct option options[OPTIONS_MOST];
    int option;
    options_with_settings(own_options, options);
    while ((option = command_next_option(&command_run, count, arguments, options)) != -1) {
        if (options_is_setting(option))
            options_take_setting(option, optarg);
        else
            environment_set("PORTCLAIM", "dry-run");
    }
}

/* ---- what is said ---- */

/* With slashes, which Windows takes as well: of a backslash visible() would make "\x5c". */
static char *visible_path(const wchar_t *path)
{
    size_t size = wcslen(path) * 3 + 1; /* bytes of UTF-8 for a unit of UTF-16, at most */
    char *text = allocate(size);
    (void)wide_to_text(path, text, size);
    for (char *byte = text; *byte != '\0'; byte++) {
        if (*byte == '\\')
            *byte = '/';
    }
    char *shown = visible(text);
    free(text);
    return shown;
}

static void warn_of_unhooked(const struct start *start)
{
    char *program = visible_path(start->program);
    char *dll = visible_path(start->dll);
    if (start->injected == INJECT_NO_LIBRARY)
        command_complain(&command_run,
                         "warning: \"%s\" runs without portclaim: there is no \"%s\"; put it there",
                         program, dll);
    else
        command_complain(&command_run, "warning: \"%s\" runs without portclaim: %s", program,
                         inject_why(start->injected));
    free(dll);
    free(program);
}

/* winerror.h; mingw's has it not. */
enum { ELEVATION_REQUIRED = 740 };

static const char *start_error(DWORD error)
{
    switch (error) {
    case ERROR_BAD_EXE_FORMAT:
    case ERROR_EXE_MACHINE_TYPE_MISMATCH:
        return "it is no program for this machine";
    case ERROR_ACCESS_DENIED:
        return "access is denied";
    case ELEVATION_REQUIRED:
        return "it wants to be started as an administrator: run portclaim as one";
    default:
        return "the system does not start it";
    }
}

static int complain_of_start(const struct start *start)
{
    char *program = visible_path(start->program);
    command_complain(&command_run, "cannot start \"%s\": %s (error %lu)", program,
                     start_error(start->error), start->error);
    free(program);
    return start->error == ERROR_FILE_NOT_FOUND || start->error == ERROR_PATH_NOT_FOUND
               ? EXIT_NOT_FOUND
               : EXIT_NOT_EXECUTABLE;
}

static int complain_of_missing(const char *name)
{
    char *shown = visible(name);
    command_complain(&command_run, "cannot start \"%s\": there is no such program", shown);
    free(shown);
    return EXIT_NOT_FOUND;
}

static int complain_of_argument(const char *argument)
{
    char *shown = visible(argument);
    command_complain(&command_run,
                     "a batch file cannot be given \"%s\" unchanged, for cmd.exe takes quotes, "
                     "percent signs and line ends for its own: start the program that the batch "
                     "file starts",
                     shown);
    free(shown);
    return EXIT_REFUSED;
}

/* ---- the program's command line ---- */

/* Its name, quoted by our rules, and the rest as it was written. */
static wchar_t *line_as_written(char *const *program)
{
    const wchar_t *name = own_line_wide(program[0]);
    const wchar_t *rest = own_line_behind(program[0]);
    wchar_t *line =
        allocate((COMMAND_LINE_QUOTED(wcslen(name)) + wcslen(rest) + 2) * sizeof(*line));
    wchar_t *end = line + command_line_quote(name, line);
    if (*rest != L'\0')
        *end++ = L' ';
    wcscpy(end, rest);
    return line;
}

/* NULL, and it is said which argument cannot be handed on. */
static wchar_t *line_for_batch(const wchar_t *path, char *const *program)
{
    size_t count = COMMAND_LINE_QUOTED(wcslen(path)) + 1;
    for (char *const *argument = program + 1; *argument != NULL; argument++) {
        if (!batch_takes(own_line_wide(*argument))) {
            complain_of_argument(*argument);
            return NULL;
        }
        count += 1 + COMMAND_LINE_QUOTED(wcslen(own_line_wide(*argument)));
    }
    wchar_t *line = allocate(count * sizeof(*line));
    wchar_t *end = line + batch_quote(path, line);
    for (char *const *argument = program + 1; *argument != NULL; argument++) {
        *end++ = L' ';
        end += batch_quote(own_line_wide(*argument), end);
    }
    *end = L'\0';
    return line;
}

/* ---- all of it ---- */

static int run(int count, char **arguments)
{
    struct settings settings;
    wchar_t path[SEARCH_PATH_COUNT];
    wchar_t dll[INJECT_PATH_COUNT];
    take_options(count, arguments);
    char **program = arguments + optind;
    if (*program == NULL)
        return command_misuse(&command_run, "there is no program to run");
    if (!options_read_settings(&settings))
        return EXIT_MISUSE;
    if (!search_program(own_line_wide(program[0]), path))
        return complain_of_missing(program[0]);
    wchar_t *line =
        search_is_batch(path) ? line_for_batch(path, program) : line_as_written(program);
    if (line == NULL)
        return EXIT_REFUSED;
    object_find(NULL, dll);
    struct start start = {
        .program = path, .line = line, .dll = settings.mode == MODE_OFF ? NULL : dll};
    bool started = start_program(&start, warn_of_unhooked);
    free(line);
    return started ? (int)start.status : complain_of_start(&start);
}

static const char details[] =
    "The program is started with portclaim.dll in it, which lies beside portclaim.exe; so is all\n"
    "that it starts in turn. When its port is taken by an earlier instance of the same service,\n"
    "that one is stopped; nobody else is. Console, handles, Ctrl-C and Ctrl-Break are as without\n"
    "portclaim, and so is the exit code. If portclaim.exe is killed, the program is killed.\n"
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
    "PROGRAM is found as the command prompt finds it, by PATH and PATHEXT; batch files too. What\n"
    "cannot be hooked (a program for x86 or ARM64, one that is protected) runs as it is, with a\n"
    "warning. --mode off starts it as it is.\n"
    "\n"
    "Exit code: the program's, or\n"
    "    2  a mistake in an option, or in a PORTCLAIM variable; nothing was started\n"
    "  125  the batch file cannot be given these arguments\n"
    "  126  it cannot be executed\n"
    "  127  it was not found\n"
    "\n"
    "Examples:\n"
    "  portclaim run node server.js\n"
    "  portclaim run --dry-run --log C:\\logs\\gateway.log -- gateway.exe --port 18789\n"
    "  portclaim run --claim 8080 --term-ms 5000 -- C:\\legacy\\server.exe\n";

const struct command command_run = {
    .name = "run",
    .summary = "start a program under portclaim",
    .synopsis = "[OPTION]... [--claim ENDPOINT]... [--] PROGRAM [ARGUMENT]...",
    .details = details,
    .wraps = true,
    .run = run,
};
