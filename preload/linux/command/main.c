/* portclaim(1): the commands there are. */
#include "command/command.h"
#include "linux/command/run_options.h"

#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

static const struct command *const commands[] = {
    &command_run, &command_who, &command_free, &command_explain, &command_doctor, NULL,
};

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

static void prepare(const struct command *command)
{
    if (!command->wraps) /* what was closed stays closed for the program */
        fill_standard_streams();
}

int main(int count, char **arguments)
{
    run_has_options(&run_options_linux);
    return command_close_output(command_dispatch(commands, prepare, count, arguments));
}
