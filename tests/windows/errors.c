/*
 * Calls of bind() and listen() that have nothing to do with a port in use, one line for each: its
 * name and what it said. The lines must be the same with portclaim and without it.
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BACKLOG = 4, AF_UNIX_FAMILY = 1, UNIX_PATH_SIZE = 108, ERROR_BEFORE = 4242 };

struct unix_address {
    ADDRESS_FAMILY family;
    char path[UNIX_PATH_SIZE];
};

/* The last error counts for success as well: some programs read it then. */
static void tell(const char *what, int result)
{
    printf("%s: %d, last error %d\n", what, result, WSAGetLastError());
    WSASetLastError(ERROR_BEFORE);
}

static struct sockaddr_in ipv4(const char *string, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, string, &address.sin_addr);
    return address;
}

static int bind_to(SOCKET socket_, const void *address, size_t length)
{
    WSASetLastError(ERROR_BEFORE);
    return bind(socket_, address, (int)length);
}

static void try_binds(void)
{
    struct sockaddr_in any = ipv4("127.0.0.1", 0);
    struct sockaddr_in elsewhere = ipv4("192.0.2.1", 0); /* RFC 5737: nobody's address */
    struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_addr = {{{[15] = 1}}}};
    SOCKET tcp = socket(AF_INET, SOCK_STREAM, 0);
    SOCKET tcp6 = socket(AF_INET6, SOCK_STREAM, 0);
    SOCKET udp = socket(AF_INET, SOCK_DGRAM, 0);
    tell("no socket", bind_to((SOCKET)12345678, &any, sizeof(any)));
    tell("no address", bind_to(tcp, NULL, sizeof(any)));
    tell("short address", bind_to(tcp, &any, 4));
    tell("other family", bind_to(tcp, &any6, sizeof(any6)));
    tell("elsewhere", bind_to(tcp, &elsewhere, sizeof(elsewhere)));
    tell("port 0", bind_to(tcp, &any, sizeof(any)));
    tell("bound already", bind_to(tcp, &any, sizeof(any)));
    tell("port 0 of IPv6", bind_to(tcp6, &any6, sizeof(any6)));
    tell("port 0 of UDP", bind_to(udp, &any, sizeof(any)));
    tell("listen", listen(tcp, BACKLOG));
    tell("listen again", listen(tcp, BACKLOG));
    tell("listen on UDP", listen(udp, BACKLOG));
    tell("listen on no socket", listen((SOCKET)12345678, BACKLOG));
}

/* A port that nobody has, beside whose owner the call would succeed on Windows. */
static void try_free(void)
{
    struct sockaddr_in address = ipv4("127.0.0.1", 0);
    int length = sizeof(address);
    DWORD on = 1;
    SOCKET first = socket(AF_INET, SOCK_STREAM, 0);
    SOCKET second = socket(AF_INET, SOCK_STREAM, 0);
    bind_to(first, &address, sizeof(address));
    getsockname(first, (struct sockaddr *)&address, &length);
    closesocket(first);
    setsockopt(second, SOL_SOCKET, SO_REUSEADDR, (const char *)&on, sizeof(on));
    tell("free port, SO_REUSEADDR", bind_to(second, &address, sizeof(address)));
}

static void try_unbound(void)
{
    SOCKET tcp = socket(AF_INET, SOCK_STREAM, 0);
    tell("listen unbound", listen(tcp, BACKLOG));
}

/* Wine 8 has no such sockets; then this shows how both say so. */
static void try_unix(void)
{
    struct unix_address address = {.family = AF_UNIX_FAMILY, .path = "portclaim-errors.socket"};
    SOCKET first = socket(AF_UNIX_FAMILY, SOCK_STREAM, 0);
    SOCKET second = socket(AF_UNIX_FAMILY, SOCK_STREAM, 0);
    DeleteFileA(address.path);
    tell("AF_UNIX", bind_to(first, &address, sizeof(address)));
    tell("AF_UNIX in use", bind_to(second, &address, sizeof(address)));
    DeleteFileA(address.path);
}

int main(void)
{
    WSADATA data;
    WSAStartup(MAKEWORD(2, 2), &data);
    try_binds();
    try_free();
    try_unbound();
    try_unix();
    return 0;
}
