#include "command.h"

static int run_placeholder(int count, char **arguments)
{
    (void)count;
    (void)arguments;
    return EXIT_MISUSE;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "would portclaim help here?",
    .synopsis = "",
    .details = "",
    .run = run_placeholder,
};
