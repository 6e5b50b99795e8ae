/*
 * A client, for tests:
 *
 *     client [--from PORT] [--once] [--stay] [--no-read] ADDRESS PORT
 *
 * It connects, prints "connected", then each line that it reads, "eof" at the end, and ends.
 * --from    its local port, on the same address
 * --once    ends after the first piece that it read
 * --stay    does not close its side at the end of the stream, but waits for a signal
 * --no-read reads nothing until SIGUSR1; then everything, and prints "read N bytes"
 * SIGUSR2 shuts down its sending half, SIGHUP closes the connection and lets it live on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SMALL_BUFFER = 4096 };

static volatile sig_atomic_t told_to_read;
static volatile sig_atomic_t told_to_shut_down;
static volatile sig_atomic_t told_to_close;

static void on_signal(int number)
{
    told_to_read |= number == SIGUSR1;
    told_to_shut_down |= number == SIGUSR2;
    told_to_close |= number == SIGHUP;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

static void fail(const char *what)
{
    printf("%s: %s\n", what, strerrorname_np(errno));
    exit(1);
}

static struct sockaddr_storage make_address(const char *string, int port)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&storage;
    bool is_ipv6 = strchr(string, ':') != NULL;
    storage.ss_family = is_ipv6 ? AF_INET6 : AF_INET;
    ipv4->sin_port = htons((uint16_t)port);
    inet_pton(storage.ss_family, string,
              is_ipv6 ? (void *)&ipv6->sin6_addr : (void *)&ipv4->sin_addr);
    return storage;
}

static int open_connection(const char *string, int from, int port, bool small)
{
    int size = SMALL_BUFFER;
    struct sockaddr_storage address = make_address(string, from);
    int connection = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (small)
        setsockopt(connection, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    if (from != 0 && bind(connection, (struct sockaddr *)&address, sizeof(address)) != 0)
        fail("bind");
    address = make_address(string, port);
    if (connect(connection, (struct sockaddr *)&address, sizeof(address)) != 0)
        fail("connect");
    puts("connected");
    return connection;
}

/* Prints what comes until the end, or only counts it. */
static void read_all(int connection, bool print, bool once)
{
    long count = 0;
    char bytes[SMALL_BUFFER];
    ssize_t got;
    while ((got = read(connection, bytes, sizeof(bytes))) != 0 && !told_to_close) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail("read");
        count += got;
        if (print)
            fwrite(bytes, 1, (size_t)got, stdout);
        if (once)
            return;
    }
    if (print)
        puts("eof");
    else
        printf("read %ld bytes\n", count);
}

static void wait_for(int connection, const volatile sig_atomic_t *flag)
{
    while (!*flag) {
        poll(NULL, 0, 10);
        if (told_to_shut_down) {
            shutdown(connection, SHUT_WR);
            puts("shut down");
            told_to_shut_down = 0;
        }
    }
}

int main(int argc, char **argv)
{
    int from = 0;
    bool once = false;
    bool stay = false;
    bool no_read = false;
    setvbuf(stdout, NULL, _IOLBF, 0);
    catch_signals();
    for (argv++; argc > 1 && *argv != NULL && strncmp(*argv, "--", 2) == 0; argv++) {
        if (strcmp(*argv, "--from") == 0)
            from = atoi(*++argv);
        once |= strcmp(*argv, "--once") == 0;
        stay |= strcmp(*argv, "--stay") == 0;
        no_read |= strcmp(*argv, "--no-read") == 0;
    }
    if (argv[0] == NULL || argv[1] == NULL) {
        puts("usage: client [--from PORT] [--once] [--stay] [--no-read] ADDRESS PORT");
        return 2;
    }
    int connection = open_connection(argv[0], from, atoi(argv[1]), no_read);
    if (no_read)
        wait_for(connection, &told_to_read);
    read_all(connection, !no_read, once);
    if (stay)
        wait_for(connection, &told_to_close);
    close(connection);
    if (stay)
        pause();
    return 0;
}
