/*
 * crowd: many processes with many open files that have nothing to do with the port.
 *
 *     crowd PROCESSES FILES     prints "there", and ends with all of them when its input ends
 *
 * Every other file is a socket, which a look-up may not pass over by its name.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void be_one(long files, int ready)
{
    int null = open("/dev/null", O_RDONLY);
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (long count = 5; count < files; count++) {
        if (dup(count % 2 == 0 ? null : other) < 0)
            err(EXIT_FAILURE, "dup");
    }
    if (write(ready, "r", 1) != 1)
        err(EXIT_FAILURE, "ready");
    (void)close(ready);
    for (;;)
        (void)pause();
}

int main(int count, char **arguments)
{
    int ready[2];
    char byte;
    if (count != 3 || pipe(ready) != 0)
        errx(EXIT_FAILURE, "usage: crowd PROCESSES FILES");
    long processes = strtol(arguments[1], NULL, 10);
    for (long started = 0; started < processes; started++) {
        pid_t child = fork();
        if (child == 0)
            be_one(strtol(arguments[2], NULL, 10), ready[1]);
        if (child < 0 || read(ready[0], &byte, 1) != 1)
            err(EXIT_FAILURE, "fork");
    }
    (void)puts("there");
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return EXIT_SUCCESS;
}
