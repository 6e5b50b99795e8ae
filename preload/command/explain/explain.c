#include "command.h"

static int run_placeholder(int count, char **arguments)
{
    (void)count;
    (void)arguments;
    return EXIT_MISUSE;
}

const struct command command_explain = {
    .name = "explain",
    .summary = "tell the story of a restart loop from its record",
    .synopsis = "",
    .details = "",
    .run = run_placeholder,
};
