#include "server.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct options options;

void say(const char *format, ...)
{
    char line[512];
    DWORD written;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (!WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line, (DWORD)length, &written, NULL))
        ExitProcess(2);
}

const char *error_name(int error)
{
    static char number[16];
    static const struct {
        int error;
        const char *name;
    } names[] = {
        {0, "0"},
        {WSAEACCES, "WSAEACCES"},
        {WSAEFAULT, "WSAEFAULT"},
        {WSAEINVAL, "WSAEINVAL"},
        {WSAEWOULDBLOCK, "WSAEWOULDBLOCK"},
        {WSAENOTSOCK, "WSAENOTSOCK"},
        {WSAEOPNOTSUPP, "WSAEOPNOTSUPP"},
        {WSAEAFNOSUPPORT, "WSAEAFNOSUPPORT"},
        {WSAEADDRINUSE, "WSAEADDRINUSE"},
        {WSAEADDRNOTAVAIL, "WSAEADDRNOTAVAIL"},
        {WSAEISCONN, "WSAEISCONN"},
    };
    for (size_t index = 0; index < sizeof(names) / sizeof(names[0]); index++) {
        if (names[index].error == error)
            return names[index].name;
    }
    snprintf(number, sizeof(number), "%d", error);
    return number;
}

void fail(const char *what)
{
    say("%s: %s\n", what, error_name(WSAGetLastError()));
    exit(1);
}

unsigned long long now_ms(void)
{
    return GetTickCount64();
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
    {"--ignore-break", &options.temper, NULL, IGNORE_BREAK},
    {"--hang-on-client", &options.temper, NULL, HANG_ON_CLIENT},
    {"--drain", &options.temper, NULL, DRAIN},
    {"--udp", &options.udp, NULL, 1},
    {"--v6only", &options.ipv6_only, NULL, 1},
    {"--reuseaddr", &options.reuse_address, NULL, 1},
    {"--exclusive", &options.exclusive, NULL, 1},
    {"--no-listen", &options.no_listen, NULL, 1},
    {"--second-port", &options.second_port, NULL, 0},
    {"--twice", &options.twice, NULL, 1},
    {"--window", &options.window, NULL, 1},
    {"--only-spawn", &options.only_spawn, NULL, 1},
    {"--pause", &options.pause_ms, NULL, 0},
    {"--stop-delay", &options.stop_delay_ms, NULL, 0},
    {"--connect-to", &options.connect_to, NULL, 0},
    {"--connect-from", &options.connect_from, NULL, 0},
    {"--leak", NULL, &options.leak, 0},
    {"--bind-when", NULL, &options.bind_when, 0},
    {"--listen-when", NULL, &options.listen_when, 0},
};

static const struct option *find_option(const char *name)
{
    for (size_t index = 0; index < sizeof(known_options) / sizeof(known_options[0]); index++) {
        if (strcmp(known_options[index].name, name) == 0)
            return &known_options[index];
    }
    return NULL;
}

/* The options that may be given several times. */
static bool add_to_list(const char *name, const char *value)
{
    if (strcmp(name, "--address") == 0 && value != NULL && options.address_count < MOST_ADDRESSES)
        options.addresses[options.address_count++] = value;
    else if (strcmp(name, "--spawn") == 0 && value != NULL && options.spawn_count < MOST_COMMANDS)
        options.spawn[options.spawn_count++] = value;
    else
        return false;
    return true;
}

void read_options(char **argv)
{
    while (*++argv != NULL) {
        const struct option *option = find_option(*argv);
        if (add_to_list(argv[0], argv[1])) {
            argv++;
            continue;
        }
        if (option == NULL || (option->value == 0 && argv[1] == NULL)) {
            say("server: cannot understand %s\n", *argv);
            exit(2);
        }
        if (option->value != 0)
            *option->number = option->value;
        else if (option->number != NULL)
            *option->number = atoi(*++argv);
        else
            *option->string = *++argv;
    }
    if (options.address_count == 0)
        options.addresses[options.address_count++] = "127.0.0.1";
}
