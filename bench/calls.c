/*
 * calls: what system calls cost in this process, each the median of many.
 *
 *     calls KIND...     bind, listen, port (socket, bind, listen, close), getppid, write
 *
 * Prints "KIND<tab>nanoseconds" a line. The price of reading the clock is taken off. A call that
 * fails ends it with status 1 and a message.
 */
#include "clock.h"

#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    TIMES = 400,
    BATCH = 100, /* calls of less than a microsecond in one reading of the clock */
    PORT = 18789,
    BACKLOG = 16,
};

static int null;

static int new_socket(void)
{
    int result = socket(AF_INET, SOCK_STREAM, 0);
    if (result < 0)
        err(EXIT_FAILURE, "socket");
    return result;
}

static void do_bind(int socket)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(socket, (struct sockaddr *)&address, sizeof(address)) != 0)
        err(EXIT_FAILURE, "bind");
}

static void do_listen(int socket)
{
    if (listen(socket, BACKLOG) != 0)
        err(EXIT_FAILURE, "listen");
}

static uint64_t time_bind(void)
{
    int socket = new_socket();
    uint64_t start = clock_now();
    do_bind(socket);
    uint64_t end = clock_now();
    (void)close(socket);
    return end - start;
}

static uint64_t time_listen(void)
{
    int socket = new_socket();
    do_bind(socket);
    uint64_t start = clock_now();
    do_listen(socket);
    uint64_t end = clock_now();
    (void)close(socket);
    return end - start;
}

static uint64_t time_port(void)
{
    uint64_t start = clock_now();
    int socket = new_socket();
    do_bind(socket);
    do_listen(socket);
    (void)close(socket);
    return clock_now() - start;
}

static uint64_t time_getppid(void)
{
    uint64_t start = clock_now();
    for (int count = 0; count < BATCH; count++)
        (void)getppid();
    return clock_now() - start;
}

static uint64_t time_write(void)
{
    uint64_t start = clock_now();
    for (int count = 0; count < BATCH; count++) {
        if (write(null, "x", 1) != 1)
            err(EXIT_FAILURE, "write");
    }
    return clock_now() - start;
}

static uint64_t time_nothing(void)
{
    uint64_t start = clock_now();
    return clock_now() - start;
}

static const struct kind {
    const char *name;
    uint64_t (*duration)(void);
    int calls;
} kinds[] = {
    {"bind", time_bind, 1},           {"listen", time_listen, 1},   {"port", time_port, 1},
    {"getppid", time_getppid, BATCH}, {"write", time_write, BATCH},
};

static double median_of(uint64_t (*duration)(void))
{
    uint64_t durations[TIMES];
    for (int index = 0; index < TIMES; index++)
        durations[index] = duration();
    return (double)clock_median(durations, TIMES);
}

int main(int count, char **arguments)
{
    null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    double clock = median_of(time_nothing);
    for (int index = 1; index < count; index++) {
        const struct kind *kind = kinds;
        while (kind < kinds + sizeof(kinds) / sizeof(kinds[0]) &&
               strcmp(kind->name, arguments[index]) != 0)
            kind++;
        if (kind == kinds + sizeof(kinds) / sizeof(kinds[0]))
            errx(EXIT_FAILURE, "no such kind: %s", arguments[index]);
        clock_tell(kind->name, (median_of(kind->duration) - clock) / kind->calls);
    }
    return EXIT_SUCCESS;
}
