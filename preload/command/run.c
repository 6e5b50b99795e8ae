/* portclaim run: a program started under portclaim. */
#include "run.h"

#include "command.h"
#include "options.h"

#include <stddef.h>

enum { OPTION_DRY_RUN = 0x100 }; /* no letter */

static const struct option dry_run = {"dry-run", no_argument, NULL, OPTION_DRY_RUN};

static struct run_options of_system;

void run_has_options(const struct run_options *options)
{
    of_system = *options;
}

void run_list_options(struct option *options)
{
    struct option own[OPTIONS_MOST] = {dry_run};
    size_t count = 1;
    for (const struct option *next = of_system.options; next != NULL && next->name != NULL; next++)
        own[count++] = *next;
    options_with_settings(own, options);
}

static void take_options(int count, char **arguments)
{
    struct option options[OPTIONS_MOST];
    int option;
    run_list_options(options);
    while ((option = command_next_option(&command_run, count, arguments, options)) != -1) {
        if (options_is_setting(option))
            options_take_setting(option, optarg);
        else if (option == OPTION_DRY_RUN)
            options_take_setting(OPTION_MODE, "dry-run");
        else
            of_system.take(option, optarg);
    }
}

static int run(int count, char **arguments)
{
    struct settings settings;
    take_options(count, arguments);
    char **program = arguments + optind;
    if (*program == NULL)
        return command_misuse(&command_run, "there is no program to run");
    if (!options_read_settings(&settings))
        return EXIT_MISUSE;
    return run_program(program, &settings);
}

static const char options_help[] =
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
    "  --reuseport on|off       (also end who is stale and shares the port)\n"
    "  --unix on|off            (also claim Unix sockets; both on Linux)\n"
    "\n";

static const char mistakes_help[] =
    "\n"
    "Exit code: the program's, or\n"
    "    2  a mistake in an option, or in a PORTCLAIM variable; nothing was started\n";

static const char missing_help[] = "  126  it cannot be executed\n"
                                   "  127  it was not found\n"
                                   "\n"
                                   "Examples:\n"
                                   "  portclaim run node server.js\n";

const struct command command_run = {
    .name = "run",
    .summary = "start a program under portclaim",
    .synopsis = "[OPTION]... [--claim ENDPOINT]... [--] PROGRAM [ARGUMENT]...",
    .details = run_manner,
    .more = (const char *const[]){options_help, run_programs, mistakes_help, run_refusal,
                                  missing_help, run_examples, NULL},
    .wraps = true,
    .run = run,
};
