/*
 * connections: a network full of what is not in the way.
 *
 *     connections PORT LINGERING OPEN
 *
 * Leaves LINGERING sockets in TIME_WAIT on PORT (each for a minute) and keeps OPEN connections on
 * other ports. Prints "there", and ends when its input ends. Everything on 127.0.0.1.
 */
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 64, FIRST_PORT = 19000, PER_PROCESS = 5000 /* connections */ };

static struct sockaddr_in address_of(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in address = address_of(port);
    const int on = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, BACKLOG) != 0)
        err(EXIT_FAILURE, "listener");
    return listener;
}

static void connect_once(int listener, uint16_t port, int *client, int *served)
{
    struct sockaddr_in address = address_of(port);
    *client = socket(AF_INET, SOCK_STREAM, 0);
    if (*client < 0 || connect(*client, (struct sockaddr *)&address, sizeof(address)) != 0)
        err(EXIT_FAILURE, "connect");
    *served = accept(listener, NULL, NULL);
    if (*served < 0)
        err(EXIT_FAILURE, "accept");
}

static _Noreturn void keep_some(uint16_t port, long count, int ready)
{
    int client;
    int served;
    int listener = listen_on(port);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (count-- > 0)
        connect_once(listener, port, &client, &served);
    if (write(ready, "r", 1) != 1)
        err(EXIT_FAILURE, "ready");
    for (;;)
        (void)pause();
}

/* Both ends of each, and as many processes as that takes: a process may have so many files. */
static void keep_open(long count)
{
    int ready[2];
    char byte;
    uint16_t port = FIRST_PORT;
    if (pipe(ready) != 0)
        err(EXIT_FAILURE, "pipe");
    for (long left = count; left > 0; left -= PER_PROCESS, port++) {
        pid_t child = fork();
        if (child == 0)
            keep_some(port, left < PER_PROCESS ? left : PER_PROCESS, ready[1]);
        if (child < 0 || read(ready[0], &byte, 1) != 1)
            err(EXIT_FAILURE, "fork");
    }
}

/* Who closes first has the TIME_WAIT. */
static void leave_lingering(uint16_t port, long count)
{
    int client;
    int served;
    int listener = listen_on(port);
    while (count-- > 0) {
        connect_once(listener, port, &client, &served);
        (void)close(served);
        (void)close(client);
    }
    (void)close(listener);
}

int main(int count, char **arguments)
{
    if (count != 4)
        errx(EXIT_FAILURE, "usage: connections PORT LINGERING OPEN");
    uint16_t port = (uint16_t)strtoul(arguments[1], NULL, 10);
    long open = strtol(arguments[3], NULL, 10);
    const struct rlimit files = {2 * PER_PROCESS + 100, 2 * PER_PROCESS + 100};
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        err(EXIT_FAILURE, "%ju files", (uintmax_t)files.rlim_max);
    keep_open(open);
    leave_lingering(port, strtol(arguments[2], NULL, 10));
    (void)puts("there");
    (void)fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return EXIT_SUCCESS;
}
