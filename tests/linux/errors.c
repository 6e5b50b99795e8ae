/*
 * Calls of bind() and listen() that portclaim has to leave alone, one a line with its errno. Run
 * with and without it, in a directory where it may create "errors.socket", the output is the same.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PRIVILEGED_PORT = 80, FREE_PORT = 18999 };

static void tell(const char *what, int result)
{
    printf("%s: %s\n", what, result == 0 ? "0" : strerrorname_np(errno));
}

static struct sockaddr_in make_address(const char *string, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, string, &address.sin_addr);
    return address;
}

static int try_bind(const char *string, int port)
{
    struct sockaddr_in address = make_address(string, port);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    int result = bind(descriptor, (struct sockaddr *)&address, sizeof(address));
    int error = errno;
    close(descriptor);
    errno = error;
    return result;
}

static void try_twice_on_one_socket(void)
{
    struct sockaddr_in address = make_address("127.0.0.1", FREE_PORT);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    tell("bound once", bind(descriptor, (struct sockaddr *)&address, sizeof(address)));
    tell("bound again", bind(descriptor, (struct sockaddr *)&address, sizeof(address)));
    tell("short address", bind(descriptor, (struct sockaddr *)&address, 3));
    close(descriptor);
}

/* EADDRINUSE as well, but no port. */
static void try_unix(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "errors.socket"};
    int first = socket(AF_UNIX, SOCK_STREAM, 0);
    int second = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink(address.sun_path);
    tell("unix", bind(first, (struct sockaddr *)&address, sizeof(address)));
    tell("unix listening", listen(first, 1));
    tell("unix again", bind(second, (struct sockaddr *)&address, sizeof(address)));
    unlink(address.sun_path);
}

static void try_listen(void)
{
    int datagram = socket(AF_INET, SOCK_DGRAM, 0);
    int unbound = socket(AF_INET, SOCK_STREAM, 0);
    tell("listening to UDP", listen(datagram, 1));
    tell("listening unbound", listen(unbound, 1));
    tell("listening to nothing", listen(-1, 1));
    tell("listening to a file", listen(STDIN_FILENO, 1));
}

int main(void)
{
    tell("not our address", try_bind("192.0.2.1", FREE_PORT));
    tell("privileged", try_bind("127.0.0.1", PRIVILEGED_PORT));
    try_twice_on_one_socket();
    try_unix();
    try_listen();
    return 0;
}
