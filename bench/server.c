/*
 * server: one that holds a port, and one that wants it. Both are the same program in the same
 * directory: to portclaim the first is an earlier instance of the second.
 *
 *     server hold PORT [after=MS] [deaf] [memory=MB]
 *         prints "holding"; ends on SIGTERM after MS
 *
 *     server take CASE PORT
 *         a plain bind and listen
 *
 *     server take CASE PORT kill=PID
 *         the limit: asks PID, and tries all the time
 *
 *     server take CASE PORT clear=COMMAND [force=COMMAND]
 *         runs the command (sh -c) when the port is busy, then tries every 10 ms; the other one
 *         when 600 ms have passed
 *
 *     server look CASE PORT
 *         a bind that fails, and how long it takes
 *
 * As servers do, both set SO_REUSEADDR. take and look print "CASE<tab>nanoseconds" from the first
 * bind to the success (or the failure) of the last. Their status is 1, with a message, when it ends
 * otherwise.
 */
#include "clock.h"

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define MILLISECOND UINT64_C(1000000) /* in nanoseconds */

enum { BACKLOG = 16, TRY_EVERY_US = 10000, GRACE_MS = 600, PATIENCE_MS = 10000, PAGE = 4096 };

static long delay_ms;

static void end_later(int number)
{
    const struct timespec delay = {.tv_sec = delay_ms / 1000, .tv_nsec = delay_ms % 1000 * 1000000};
    (void)number;
    (void)nanosleep(&delay, NULL);
    _exit(EXIT_SUCCESS);
}

/* Its value when the argument is NAME=VALUE, else NULL. */
static const char *value_of(const char *argument, const char *name)
{
    size_t length = strlen(name);
    return strncmp(argument, name, length) == 0 && argument[length] == '=' ? argument + length + 1
                                                                           : NULL;
}

static void set_temper(const char *argument)
{
    if (value_of(argument, "after") != NULL) {
        delay_ms = strtol(value_of(argument, "after"), NULL, 10);
        (void)signal(SIGTERM, end_later);
    } else if (value_of(argument, "memory") != NULL) {
        size_t size = strtoul(value_of(argument, "memory"), NULL, 10) << 20;
        char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            err(EXIT_FAILURE, "memory");
        (void)madvise(memory, size, MADV_NOHUGEPAGE);
        for (size_t place = 0; place < size; place += PAGE)
            memory[place] = 1;
    } else if (strcmp(argument, "deaf") == 0) {
        (void)signal(SIGTERM, SIG_IGN);
    } else {
        errx(EXIT_FAILURE, "what is %s?", argument);
    }
}

static int new_socket(void)
{
    int result = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (result < 0 || setsockopt(result, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
        err(EXIT_FAILURE, "socket");
    return result;
}

static bool try_bind(int socket, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bind(socket, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static void hold(const char *port, char **tempers)
{
    int socket = new_socket();
    for (; *tempers != NULL; tempers++)
        set_temper(*tempers);
    if (!try_bind(socket, port) || listen(socket, BACKLOG) != 0)
        err(EXIT_FAILURE, "hold");
    (void)puts("holding");
    (void)fflush(stdout);
    for (;;)
        (void)pause();
}

/* What a program could do that knows whom to end, and does nothing else. */
static void spin(int socket, const char *port, pid_t holder, uint64_t start)
{
    bool forced = false;
    (void)kill(holder, SIGTERM);
    while (!try_bind(socket, port)) {
        if (!forced && clock_now() - start > GRACE_MS * MILLISECOND)
            forced = kill(holder, SIGKILL) == 0;
        (void)sched_yield(); /* or it would keep the holder from ending */
    }
}

static void run(const char *command)
{
    if (command != NULL && system(command) == -1)
        err(EXIT_FAILURE, "%s", command);
}

static void clear_and_try(int socket, const char *port, const char *clear, const char *force,
                          uint64_t start)
{
    bool forced = false;
    run(clear);
    while (!try_bind(socket, port)) {
        uint64_t passed = clock_now() - start;
        if (passed > PATIENCE_MS * MILLISECOND)
            errx(EXIT_FAILURE, "the port is still busy");
        if (!forced && passed > GRACE_MS * MILLISECOND) {
            run(force);
            forced = true;
        }
        (void)usleep(TRY_EVERY_US);
    }
}

static void take(const char *what, const char *port, char **ways)
{
    int socket = new_socket();
    const char *holder = NULL;
    const char *clear = NULL;
    const char *force = NULL;
    for (; *ways != NULL; ways++) {
        holder = value_of(*ways, "kill") != NULL ? value_of(*ways, "kill") : holder;
        clear = value_of(*ways, "clear") != NULL ? value_of(*ways, "clear") : clear;
        force = value_of(*ways, "force") != NULL ? value_of(*ways, "force") : force;
    }
    uint64_t start = clock_now();
    if (!try_bind(socket, port)) {
        if (holder != NULL)
            spin(socket, port, (pid_t)strtol(holder, NULL, 10), start);
        else if (clear != NULL)
            clear_and_try(socket, port, clear, force, start);
        else
            err(EXIT_FAILURE, "bind");
    }
    if (listen(socket, BACKLOG) != 0)
        err(EXIT_FAILURE, "listen");
    clock_tell(what, (double)(clock_now() - start));
}

static void look(const char *what, const char *port)
{
    int socket = new_socket();
    uint64_t start = clock_now();
    bool bound = try_bind(socket, port);
    uint64_t end = clock_now();
    if (bound || errno != EADDRINUSE)
        errx(EXIT_FAILURE, "nobody holds the port");
    clock_tell(what, (double)(end - start));
}

int main(int count, char **arguments)
{
    if (count >= 3 && strcmp(arguments[1], "hold") == 0)
        hold(arguments[2], arguments + 3);
    else if (count >= 4 && strcmp(arguments[1], "take") == 0)
        take(arguments[2], arguments[3], arguments + 4);
    else if (count == 4 && strcmp(arguments[1], "look") == 0)
        look(arguments[2], arguments[3]);
    else
        errx(EXIT_FAILURE, "usage: server hold|take|look ...");
    return EXIT_SUCCESS;
}
