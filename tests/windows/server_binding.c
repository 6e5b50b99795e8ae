#include "server.h"

#include <stdlib.h>

enum { ERROR_BEFORE = 4242 /* no call sets it */, FILE_POLL_MS = 5, BACKLOG = 16 };

SOCKET listeners[MOST_ADDRESSES];

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    };
    int length;
};

static struct address parse_address(const char *string, int port)
{
    struct address address = {.length = sizeof(address.ipv4)};
    if (inet_pton(AF_INET, string, &address.ipv4.sin_addr) == 1) {
        address.ipv4.sin_family = AF_INET;
        address.ipv4.sin_port = htons((uint16_t)port);
    } else if (inet_pton(AF_INET6, string, &address.ipv6.sin6_addr) == 1) {
        address.ipv6.sin6_family = AF_INET6;
        address.ipv6.sin6_port = htons((uint16_t)port);
        address.length = sizeof(address.ipv6);
    } else {
        WSASetLastError(WSAEINVAL);
        fail(string);
    }
    return address;
}

static void set_option(SOCKET listener, int level, int name, DWORD value)
{
    if (setsockopt(listener, level, name, (const char *)&value, sizeof(value)) != 0)
        fail("setsockopt");
}

static SOCKET open_socket(const struct address *address)
{
    SOCKET listener = socket(address->any.sa_family, options.udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (listener == INVALID_SOCKET)
        fail("socket");
    /* On Windows an IPv6 socket is IPv6 only unless it asks; on Linux the other way round. */
    if (address->any.sa_family == AF_INET6)
        set_option(listener, IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6_only != 0);
    if (options.reuse_address)
        set_option(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    if (options.exclusive)
        set_option(listener, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
    /* As servers do: their children inherit it only when they leak it. */
    SetHandleInformation((HANDLE)listener, HANDLE_FLAG_INHERIT,
                         options.leak != NULL ? HANDLE_FLAG_INHERIT : 0);
    return listener;
}

static int port_of(SOCKET listener)
{
    struct address address = {.length = sizeof(address.ipv6)};
    getsockname(listener, &address.any, &address.length);
    return ntohs(address.ipv4.sin_port);
}

/* What a bind or listen did, and to the last error. */
static void check(const char *what, int result, unsigned long long started_ms)
{
    int error = WSAGetLastError();
    if (result == 0) {
        say("%s left %d\n", what, error);
        return;
    }
    say("%s: %s after %llu ms\n", what, error_name(error), now_ms() - started_ms);
    exit(1);
}

static void wait_for_file(const char *path)
{
    while (GetFileAttributesA(path) == INVALID_FILE_ATTRIBUTES)
        Sleep(FILE_POLL_MS);
}

static SOCKET bind_and_listen(const char *string, int port)
{
    struct address address = parse_address(string, port);
    SOCKET listener = open_socket(&address);
    unsigned long long started_ms = now_ms();
    WSASetLastError(ERROR_BEFORE);
    check("bind", bind(listener, &address.any, address.length), started_ms);
    if (options.listen_when != NULL) {
        say("bound\n");
        wait_for_file(options.listen_when);
    }
    started_ms = now_ms();
    WSASetLastError(ERROR_BEFORE);
    if (!options.udp && !options.no_listen)
        check("listen", listen(listener, BACKLOG), started_ms);
    return listener;
}

static void bind_again(const char *string, int port)
{
    struct address address = parse_address(string, port);
    SOCKET listener = open_socket(&address);
    unsigned long long started_ms = now_ms();
    int failed = bind(listener, &address.any, address.length) != 0;
    const char *error = error_name(failed ? WSAGetLastError() : 0);
    say("second: %s after %llu ms\n", error, now_ms() - started_ms);
    closesocket(listener);
}

/* An outgoing connection, whose local port another server may want. */
static void connect_out(void)
{
    struct address from = parse_address("127.0.0.1", options.connect_from);
    struct address to = parse_address("127.0.0.1", options.connect_to);
    SOCKET connection = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(connection, &from.any, from.length) != 0)
        fail("bind");
    if (connect(connection, &to.any, to.length) != 0)
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
    if (options.second_port > 0 && options.address_count < MOST_ADDRESSES) {
        listeners[options.address_count++] =
            bind_and_listen(options.addresses[0], options.second_port);
    }
    if (options.twice)
        bind_again(options.addresses[0], options.port);
    if (options.connect_to > 0)
        connect_out();
}
