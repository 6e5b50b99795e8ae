#include "command.h"

static int run_placeholder(int count, char **arguments)
{
    (void)count;
    (void)arguments;
    return EXIT_MISUSE;
}

const struct command command_free = {
    .name = "free",
    .summary = "free a port",
    .synopsis = "",
    .details = "",
    .run = run_placeholder,
};
