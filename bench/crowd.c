/*
 * crowd: many processes with many open files that have nothing to do with the port.
 *
 *     crowd PROCESSES FILES [orphans]     prints "there", and ends with all of them when its input
 *                                         ends or it is killed; orphans are given to its ancestors
 *
 * Every other file is a socket, which a look-up may not pass over by its name.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Pipes: of those that are there, and one that nobody writes to and that ends with the crowd. */
static int ready[2];
static int end[2];

static void be_one(long files)
{
    char byte;
    int null = open("/dev/null", O_RDONLY);
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)close(end[1]);
    for (long count = 7; count < files; count++) {
        if (dup(count % 2 == 0 ? null : other) < 0)
            err(EXIT_FAILURE, "dup");
    }
    if (write(ready[1], "r", 1) != 1)
        err(EXIT_FAILURE, "ready");
    (void)close(ready[1]);
    _exit(read(end[0], &byte, 1) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void start_one(long files, bool orphan)
{
    char byte;
    pid_t child = fork();
    if (child == 0) {
        if (orphan && fork() != 0)
            _exit(EXIT_SUCCESS);
        be_one(files);
    }
    if (child < 0 || (orphan && waitpid(child, NULL, 0) != child) || read(ready[0], &byte, 1) != 1)
        err(EXIT_FAILURE, "fork");
}

int main(int count, char **arguments)
{
    char byte;
    if (count < 3 || pipe(ready) != 0 || pipe(end) != 0)
        errx(EXIT_FAILURE, "usage: crowd PROCESSES FILES [orphans]");
    long processes = strtol(arguments[1], NULL, 10);
    for (long started = 0; started < processes; started++)
        start_one(strtol(arguments[2], NULL, 10), count > 3);
    (void)puts("there");
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return EXIT_SUCCESS;
}
