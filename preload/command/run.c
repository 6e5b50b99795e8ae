#include "command.h"

static int run_placeholder(int count, char **arguments)
{
    (void)count;
    (void)arguments;
    return EXIT_MISUSE;
}

const struct command command_run = {
    .name = "run",
    .summary = "start a program under portclaim",
    .synopsis = "",
    .details = "",
    .run = run_placeholder,
};
