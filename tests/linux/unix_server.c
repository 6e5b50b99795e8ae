/*
 * A server on a Unix socket, for tests:
 *
 *     unix_server [--dgram|--seqpacket] [--no-listen] [--ignore-term] [--twice] PATH
 *     unix_server --ask PATH    prints the PID of who listens there
 *
 * A PATH that begins with "@" is an abstract name. Prints "listening" once it can be used, "signal
 * SIGTERM" when it is asked to stop, or "bind: ERRNO after N ms" and ends with status 1.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { UNUSUAL_ERRNO = 77, BACKLOG = 16 };

static bool ignores_term;

static void on_term(int number)
{
    static const char line[] = "signal SIGTERM\n";
    (void)number;
    (void)!write(STDOUT_FILENO, line, sizeof(line) - 1);
    if (!ignores_term)
        _exit(0);
}

static socklen_t make_address(const char *path, struct sockaddr_un *address)
{
    size_t length = strlen(path);
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    if (path[0] == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] != '@'));
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int ask(const char *path)
{
    struct sockaddr_un address;
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);
    socklen_t length = make_address(path, &address);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(client, (struct sockaddr *)&address, length) != 0) {
        printf("connect: %s\n", strerrorname_np(errno));
        return 1;
    }
    getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    printf("%d\n", peer.pid);
    return 0;
}

static int bind_to(int listener, const char *path)
{
    struct sockaddr_un address;
    socklen_t length = make_address(path, &address);
    long started_ms = now_ms();
    errno = UNUSUAL_ERRNO;
    int result = bind(listener, (struct sockaddr *)&address, length);
    if (result == 0 && errno != UNUSUAL_ERRNO)
        printf("errno changed\n");
    if (result != 0)
        printf("bind: %s after %ld ms\n", strerrorname_np(errno), now_ms() - started_ms);
    return result;
}

int main(int count, char **arguments)
{
    int type = SOCK_STREAM;
    bool listens = true;
    bool twice = false;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int index = 1; index < count - 1; index++) {
        if (strcmp(arguments[index], "--ask") == 0)
            return ask(arguments[count - 1]);
        if (strcmp(arguments[index], "--dgram") == 0)
            type = SOCK_DGRAM;
        if (strcmp(arguments[index], "--seqpacket") == 0)
            type = SOCK_SEQPACKET;
        listens &= strcmp(arguments[index], "--no-listen") != 0;
        ignores_term |= strcmp(arguments[index], "--ignore-term") == 0;
        twice |= strcmp(arguments[index], "--twice") == 0;
    }
    signal(SIGTERM, on_term);
    int listener = socket(AF_UNIX, type, 0);
    if (bind_to(listener, arguments[count - 1]) != 0)
        return 1;
    if (twice && bind_to(socket(AF_UNIX, type, 0), arguments[count - 1]) != 0)
        return 1;
    if (type != SOCK_DGRAM && listens && listen(listener, BACKLOG) != 0)
        return 1;
    printf("listening\n");
    for (;;)
        pause();
}
