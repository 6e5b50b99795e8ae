/* portclaim(1): which command is meant. */
#include "command.h"
#include "core/version.h"
#include "nearest.h"
#include "visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_run, &command_who, &command_free, &command_explain, &command_doctor,
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const char usage[] = "usage: portclaim [--help | --version] COMMAND [ARGUMENT]...\n";

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
    const char *names[COMMANDS];
    for (size_t index = 0; index < COMMANDS; index++)
        names[index] = commands[index]->name;
    const char *nearest = nearest_name(given, names, COMMANDS);
    char *shown = visible(given);
    fprintf(stderr, "portclaim: there is no command \"%s\"", shown);
    if (nearest != NULL)
        fprintf(stderr, "; did you mean \"%s\"?", nearest);
    fprintf(stderr, "\n%s", usage);
    free(shown);
    return EXIT_MISUSE;
}

/* What was written is only out when it is flushed: a full disk must not look like success. */
static int close_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("portclaim: cannot write the answer");
    return EXIT_MISUSE;
}

static int dispatch(int count, char **arguments)
{
    const char *given = arguments[1];
    if (count < 2) {
        fprintf(stderr, "%s       portclaim --help\n", usage);
        return EXIT_MISUSE;
    }
    if (strcmp(given, "--help") == 0 || strcmp(given, "-h") == 0 || strcmp(given, "help") == 0)
        return help();
    if (strcmp(given, "--version") == 0)
        return version();
    for (size_t index = 0; index < COMMANDS; index++) {
        if (strcmp(given, commands[index]->name) == 0)
            return commands[index]->run(count - 1, arguments + 1);
    }
    return complain_of_command(given);
}

int main(int count, char **arguments)
{
    return close_output(dispatch(count, arguments));
}
