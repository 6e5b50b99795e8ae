#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262 /* netinet/in.h, glibc 2.32 */
#endif

enum { ERRNO_BEFORE = 4242 /* no call sets it */, FILE_POLL_US = 5000 };

int listeners[MOST_ADDRESSES];
static volatile sig_atomic_t alarms;

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    };
    socklen_t length;
};

/* "fe80::1%DEVICE" has a scope. */
static struct address parse_address(const char *whole, int port)
{
    struct address address = {.length = sizeof(address.ipv4)};
    char string[INET6_ADDRSTRLEN] = "";
    size_t length = strcspn(whole, "%");
    memcpy(string, whole, length < sizeof(string) ? length : sizeof(string) - 1);
    if (inet_pton(AF_INET, string, &address.ipv4.sin_addr) == 1) {
        address.ipv4.sin_family = AF_INET;
        address.ipv4.sin_port = htons((uint16_t)port);
    } else if (inet_pton(AF_INET6, string, &address.ipv6.sin6_addr) == 1) {
        address.ipv6.sin6_family = AF_INET6;
        address.ipv6.sin6_port = htons((uint16_t)port);
        address.length = sizeof(address.ipv6);
        if (whole[length] != '\0')
            address.ipv6.sin6_scope_id = if_nametoindex(whole + length + 1);
    } else {
        errno = EINVAL;
        fail(whole);
    }
    return address;
}

static int open_socket(const struct address *address)
{
    int one = 1;
    int type = options.udp ? SOCK_DGRAM : options.one_to_many ? SOCK_SEQPACKET : SOCK_STREAM;
    /* Not SOCK_CLOEXEC: a leaked child is to inherit it. */
    int descriptor = socket(address->any.sa_family, type | SOCK_NONBLOCK, options.protocol);
    if (descriptor < 0)
        fail("socket");
    if (options.ipv6_only)
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    if (options.reuse_address)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (options.reuse_port)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
    if (options.freebind)
        setsockopt(descriptor, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one));
    if (options.device != NULL && setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE,
                                             options.device, strlen(options.device)) != 0)
        fail("device");
    return descriptor;
}

static int port_of(int descriptor)
{
    struct address address = {.length = sizeof(address.ipv6)};
    getsockname(descriptor, &address.any, &address.length);
    return ntohs(address.ipv4.sin_port);
}

static void on_alarm(int number)
{
    (void)number;
    alarms = alarms + 1;
}

/* Without SA_RESTART: what waits returns EINTR. */
static void start_alarms(void)
{
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval timer = {.it_interval.tv_usec = options.alarm_ms * 1000,
                              .it_value.tv_usec = options.alarm_ms * 1000};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* Opens files until only so many more can be opened. */
static void use_up_descriptors(void)
{
    int last = STDERR_FILENO;
    for (int descriptor = last; descriptor >= 0; descriptor = open("/dev/null", O_RDONLY))
        last = descriptor;
    for (int left = 0; left < options.descriptors_left; left++)
        close(last - left);
}

/* What a bind or listen did, and to errno. */
static void check(const char *what, int result, long started_ms)
{
    int error = errno;
    if (alarms > 0)
        say("alarms %d\n", (int)alarms);
    if (result == 0 && error != ERRNO_BEFORE)
        say("errno changed: %s\n", strerrorname_np(error));
    if (result == 0)
        return;
    say("%s: %s after %ld ms\n", what, strerrorname_np(error), now_ms() - started_ms);
    exit(1);
}

static void wait_for_file(const char *path)
{
    while (access(path, F_OK) != 0)
        usleep(FILE_POLL_US);
}

static int bind_and_listen(const char *string, int port)
{
    struct address address = parse_address(string, port);
    int descriptor = open_socket(&address);
    if (options.descriptors_left >= 0)
        use_up_descriptors();
    if (options.alarm_ms > 0)
        start_alarms();
    long started_ms = now_ms();
    errno = ERRNO_BEFORE;
    check("bind", bind(descriptor, &address.any, address.length), started_ms);
    if (options.listen_when != NULL) {
        say("bound\n");
        wait_for_file(options.listen_when);
    }
    errno = ERRNO_BEFORE;
    if (!options.udp && !options.no_listen)
        check("listen", listen(descriptor, 16), started_ms);
    return descriptor;
}

static void bind_again(const char *string, int port)
{
    struct address address = parse_address(string, port);
    int descriptor = open_socket(&address);
    bool failed =
        bind(descriptor, &address.any, address.length) != 0 || listen(descriptor, 16) != 0;
    say("second: %s\n", failed ? strerrorname_np(errno) : "0");
    close(descriptor);
}

/* An outgoing connection, whose local port another server may want, or is our own. */
static void connect_out(void)
{
    struct address from = parse_address("127.0.0.1", options.connect_from);
    struct address to = parse_address("127.0.0.1", options.connect_to);
    int descriptor = open_socket(&from);
    if (bind(descriptor, &from.any, from.length) != 0)
        fail("bind");
    if (connect(descriptor, &to.any, to.length) != 0 && errno != EINPROGRESS)
        fail("connect");
}

void bind_all(void)
{
    if (options.bind_when != NULL) {
        say("started\n");
        wait_for_file(options.bind_when);
    }
    for (int index = 0; index < options.address_count; index++) {
        listeners[index] = bind_and_listen(options.addresses[index], options.port);
        options.port = port_of(listeners[index]);
    }
    if (options.twice)
        bind_again(options.addresses[0], options.port);
    if (options.connect_to > 0)
        connect_out();
}
