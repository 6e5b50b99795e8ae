/* Which command is meant. */
#include "command.h"
#include "core/version.h"
#include "nearest.h"
#include "visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COMMANDS = 16, WORDS = 3 /* that are no commands, but may stand in their place */ };

static const char usage[] = "usage: portclaim [--help | --version] COMMAND [ARGUMENT]...\n";
static const char help_word[] = "help";
static const char help_option[] = "--help";
static const char version_option[] = "--version";

static int help(const struct command *const *commands)
{
    printf("%s\nLets an unmodified server take its own port back.\n\n", usage);
    for (size_t index = 0; commands[index] != NULL; index++)
        printf("  %-8s %s\n", commands[index]->name, commands[index]->summary);
    printf("\n\"portclaim COMMAND --help\" tells the rest; so does portclaim(1).\n");
    return EXIT_YES;
}

static int version(void)
{
    printf("portclaim %s\n", PORTCLAIM_VERSION);
    return EXIT_YES;
}

static int complain_of_command(const struct command *const *commands, const char *given)
{
    const char *names[WORDS + MOST_COMMANDS] = {help_word, help_option, version_option};
    size_t count = WORDS;
    for (; count < WORDS + MOST_COMMANDS && commands[count - WORDS] != NULL; count++)
        names[count] = commands[count - WORDS]->name;
    const char *nearest = nearest_name(given, names, count);
    char *shown = visible(given);
    fprintf(stderr, "portclaim: there is no command \"%s\"", shown);
    if (nearest != NULL)
        fprintf(stderr, "; did you mean \"%s\"?", nearest);
    fprintf(stderr, "\n%s", usage);
    free(shown);
    return EXIT_MISUSE;
}

static int run(const struct command *command, void (*prepare)(const struct command *command),
               int count, char **arguments)
{
    if (prepare != NULL)
        prepare(command);
    return command->run(count, arguments);
}

int command_dispatch(const struct command *const *commands,
                     void (*prepare)(const struct command *command), int count, char **arguments)
{
    if (count < 2) {
        fprintf(stderr, "%s       portclaim --help\n", usage);
        return EXIT_MISUSE;
    }
    char *given = arguments[1];
    bool helps = strcmp(given, help_word) == 0;
    if (strcmp(given, help_option) == 0 || strcmp(given, "-h") == 0 || (helps && count == 2))
        return help(commands);
    if (strcmp(given, version_option) == 0)
        return version();
    char *help_of[] = {helps ? arguments[2] : given, (char[]){"--help"}, NULL};
    for (size_t index = 0; commands[index] != NULL; index++) {
        if (strcmp(help_of[0], commands[index]->name) == 0)
            return helps ? run(commands[index], prepare, 2, help_of)
                         : run(commands[index], prepare, count - 1, arguments + 1);
    }
    return complain_of_command(commands, help_of[0]);
}
