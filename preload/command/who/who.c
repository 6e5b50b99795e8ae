#include "command.h"

static int run_placeholder(int count, char **arguments)
{
    (void)count;
    (void)arguments;
    return EXIT_MISUSE;
}

const struct command command_who = {
    .name = "who",
    .summary = "who holds a port, and what would be done about it",
    .synopsis = "",
    .details = "",
    .run = run_placeholder,
};
