/* portclaim(1): which command is meant. */
#include "command.h"
#include "core/version.h"
#include "nearest.h"
#include "visible.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = {
    &command_run, &command_who, &command_free, &command_explain, &command_doctor,
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const char usage[] = "usage: portclaim [--help | --version] COMMAND [ARGUMENT]...\n";
static const char help_word[] = "help";
static const char help_option[] = "--help";
static const char version_option[] = "--version";

static int help(void)
{
    printf("%s\nLets an unmodified server take its own port back.\n\n", usage);
    for (size_t index = 0; index < COMMANDS; index++)
        printf("  %-8s %s\n", commands[index]->name, commands[index]->summary);
    printf("\n\"portclaim COMMAND --help\" tells the rest; so does portclaim(1).\n");
    return EXIT_YES;
}

static int version(void)
{
    printf("portclaim %s\n", PORTCLAIM_VERSION);
    return EXIT_YES;
}

static int complain_of_command(const char *given)
{
    const char *names[COMMANDS + 3] = {help_word, help_option, version_option};
    for (size_t index = 0; index < COMMANDS; index++)
        names[index + 3] = commands[index]->name;
    const char *nearest = nearest_name(given, names, COMMANDS + 3);
    char *shown = visible(given);
    fprintf(stderr, "portclaim: there is no command \"%s\"", shown);
    if (nearest != NULL)
        fprintf(stderr, "; did you mean \"%s\"?", nearest);
    fprintf(stderr, "\n%s", usage);
    free(shown);
    return EXIT_MISUSE;
}

/*
 * Where one of the three was closed, a socket of ours would get its number, and what is written to
 * stderr would go there: SIGPIPE. O_PATH: reading and writing fail as if it were still closed.
 */
static void fill_standard_streams(void)
{
    int descriptor;
    do {
        descriptor = open("/dev/null", O_PATH | O_CLOEXEC);
    } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0)
        (void)close(descriptor);
}

static int run_command(const struct command *command, int count, char **arguments)
{
    if (!command->wraps) /* what was closed stays closed for the program */
        fill_standard_streams();
    return command->run(count, arguments);
}

static int dispatch(int count, char **arguments)
{
    if (count < 2) {
        fprintf(stderr, "%s       portclaim --help\n", usage);
        return EXIT_MISUSE;
    }
    char *given = arguments[1];
    bool helps = strcmp(given, help_word) == 0;
    if (strcmp(given, help_option) == 0 || strcmp(given, "-h") == 0 || (helps && count == 2))
        return help();
    if (strcmp(given, version_option) == 0)
        return version();
    char *help_of[] = {helps ? arguments[2] : given, (char[]){"--help"}, NULL};
    for (size_t index = 0; index < COMMANDS; index++) {
        if (strcmp(help_of[0], commands[index]->name) == 0)
            return helps ? run_command(commands[index], 2, help_of)
                         : run_command(commands[index], count - 1, arguments + 1);
    }
    return complain_of_command(help_of[0]);
}

int main(int count, char **arguments)
{
    return command_close_output(dispatch(count, arguments));
}
