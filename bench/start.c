/*
 * start: from the start of a program to its end, the median of several starts.
 *
 *     start CASE TIMES [NAME=VALUE...] -- COMMAND...     the settings are the command's alone
 *
 * Prints "CASE<tab>nanoseconds", and of the same starts "CASE, processor<tab>nanoseconds": the time
 * that the command did not spend waiting for others. The command's output goes nowhere. One that
 * fails ends this with status 1.
 */
#include "clock.h"

#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_TIMES = 100, MOST_SETTINGS = 256 };

static posix_spawn_file_actions_t quiet;

static uint64_t nanoseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}

static void time_one(char **command, char **environment, uint64_t *wall, uint64_t *processor)
{
    pid_t child;
    int status;
    struct rusage usage;
    uint64_t start = clock_now();
    if (posix_spawnp(&child, command[0], &quiet, NULL, command, environment) != 0)
        errx(EXIT_FAILURE, "%s does not start", command[0]);
    if (wait4(child, &status, 0, &usage) != child || status != 0)
        errx(EXIT_FAILURE, "%s failed", command[0]);
    *wall = clock_now() - start;
    *processor = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
}

/* This program's environment and the settings; *arguments is moved behind them and "--". */
static void read_settings(char ***arguments, char **environment)
{
    int count = 0;
    for (char **variable = environ; *variable != NULL && count < MOST_SETTINGS - 1; variable++)
        environment[count++] = *variable;
    while (**arguments != NULL && strcmp(**arguments, "--") != 0 && count < MOST_SETTINGS - 1)
        environment[count++] = *(*arguments)++;
    environment[count] = NULL;
    if (**arguments != NULL)
        (*arguments)++;
}

int main(int count, char **arguments)
{
    char *environment[MOST_SETTINGS];
    char what[64];
    uint64_t wall[MOST_TIMES];
    uint64_t processor[MOST_TIMES];
    char **rest = arguments + 3;
    if (count > 3)
        read_settings(&rest, environment);
    size_t times = count > 3 ? strtoul(arguments[2], NULL, 10) : 0;
    if (times == 0 || times > MOST_TIMES || *rest == NULL)
        errx(EXIT_FAILURE, "usage: start CASE TIMES [NAME=VALUE...] -- COMMAND...");
    (void)posix_spawn_file_actions_init(&quiet);
    (void)posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    for (size_t index = 0; index < times; index++)
        time_one(rest, environment, &wall[index], &processor[index]);
    clock_tell(arguments[1], (double)clock_median(wall, times));
    (void)snprintf(what, sizeof(what), "%s, processor", arguments[1]);
    clock_tell(what, (double)clock_median(processor, times));
    return EXIT_SUCCESS;
}
