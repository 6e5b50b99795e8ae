/* portclaim.exe: the commands there are on Windows. */
#include "command/command.h"

#include "own_line.h"

#include <fcntl.h>
#include <io.h>
#include <stddef.h>
#include <stdio.h>

static const struct command *const commands[] = {&command_run,     &command_who,    &command_free,
                                                 &command_explain, &command_doctor, NULL};

/* An answer has the same bytes on every system; a console takes line feeds alone. */
int main(void)
{
    int count;
    (void)_setmode(_fileno(stdout), _O_BINARY);
    char **arguments = own_line_arguments(&count);
    return command_close_output(command_dispatch(commands, NULL, count, arguments));
}
