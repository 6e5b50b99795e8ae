#include "server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct options options = {.descriptors_left = -1};

void say(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        _exit(2);
}

void fail(const char *what)
{
    say("%s: %s\n", what, strerrorname_np(errno));
    exit(1);
}

long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes a number, a string, or nothing: then it sets the number to `value`. */
struct option {
    const char *name;
    int *number;
    const char **string;
    int value;
};

static const struct option known_options[] = {
    {"--port", &options.port, NULL, 0},
    {"--ignore-term", &options.temper, NULL, IGNORE_TERM},
    {"--drain", &options.temper, NULL, DRAIN},
    {"--hang-on-client", &options.temper, NULL, HANG_ON_CLIENT},
    {"--udp", &options.udp, NULL, 1},
    {"--udplite", &options.protocol, NULL, IPPROTO_UDPLITE},
    {"--mptcp", &options.protocol, NULL, IPPROTO_MPTCP},
    {"--sctp", &options.protocol, NULL, IPPROTO_SCTP},
    {"--one-to-many", &options.one_to_many, NULL, 1},
    {"--v6only", &options.ipv6_only, NULL, 1},
    {"--reuseaddr", &options.reuse_address, NULL, 1},
    {"--reuseport", &options.reuse_port, NULL, 1},
    {"--freebind", &options.freebind, NULL, 1},
    {"--no-listen", &options.no_listen, NULL, 1},
    {"--twice", &options.twice, NULL, 1},
    {"--close-first", &options.close_first, NULL, 1},
    {"--flood", &options.flood, NULL, 1},
    {"--leak-child", &options.leak_child, NULL, 1},
    {"--leader-exits", &options.leader_exits, NULL, 1},
    {"--own-files", &options.own_files, NULL, 1},
    {"--descriptors-left", &options.descriptors_left, NULL, 0},
    {"--fork-workers", &options.workers, NULL, 0},
    {"--stop-delay", &options.stop_delay_ms, NULL, 0},
    {"--alarm", &options.alarm_ms, NULL, 0},
    {"--allocate", &options.allocate_mb, NULL, 0},
    {"--drop-to", &options.drop_to, NULL, 0},
    {"--connect-to", &options.connect_to, NULL, 0},
    {"--connect-from", &options.connect_from, NULL, 0},
    {"--spawn", NULL, &options.spawn, 0},
    {"--bind-when", NULL, &options.bind_when, 0},
    {"--listen-when", NULL, &options.listen_when, 0},
    {"--device", NULL, &options.device, 0},
    {"--title", NULL, &options.title, 0},
    {"--lock", NULL, &options.lock, 0},
    {"--on-signal", NULL, &options.signal_file, 0},
};

static const struct option *find_option(const char *name)
{
    for (size_t index = 0; index < sizeof(known_options) / sizeof(known_options[0]); index++) {
        if (strcmp(known_options[index].name, name) == 0)
            return &known_options[index];
    }
    return NULL;
}

/* The strings are copies, for a title overwrites the arguments. */
void read_options(char **argv)
{
    while (*++argv != NULL) {
        const struct option *option = find_option(*argv);
        bool address = strcmp(*argv, "--address") == 0 && options.address_count < MOST_ADDRESSES;
        bool flag = option != NULL && option->value != 0;
        if ((option == NULL && !address) || (!flag && argv[1] == NULL)) {
            say("server: cannot understand %s\n", *argv);
            exit(2);
        }
        if (address)
            options.addresses[options.address_count++] = strdup(*++argv);
        else if (flag)
            *option->number = option->value;
        else if (option->number != NULL)
            *option->number = atoi(*++argv);
        else
            *option->string = strdup(*++argv);
    }
    if (options.address_count == 0)
        options.addresses[options.address_count++] = "127.0.0.1";
}
