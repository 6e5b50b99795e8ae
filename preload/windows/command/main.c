/* portclaim.exe: the commands there are on Windows. */
#include "command/command.h"

#include "own_line.h"

#include <stddef.h>

static const struct command *const commands[] = {&command_run, &command_who, &command_free,
                                                 &command_doctor, NULL};

int main(void)
{
    int count;
    char **arguments = own_line_arguments(&count);
    return command_close_output(command_dispatch(commands, NULL, count, arguments));
}
