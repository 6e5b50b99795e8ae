/*
 * Another library that stands in front of bind() and listen(), as profilers and proxies do: it
 * counts the calls and passes them on, with their errno. Says "other_preload: N binds, N listens"
 * at the end of each call of listen. With EARLY_PORT in the environment its constructor binds and
 * listens on that port of the loopback, maybe before portclaim's own constructor ran.
 *
 * With glibc it has a memcpy() as well, as libraries of fast string functions do: which one it is
 * says a function that runs when the symbol is bound (IFUNC), and needs this library relocated.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int binds;
static int listens;

#ifdef __GLIBC__
static void *copy(void *to, const void *from, size_t size)
{
    volatile char *written = to; /* or the compiler makes a call of memcpy() of it */
    const char *read = from;
    for (size_t index = 0; index < size; index++)
        written[index] = read[index];
    return to;
}

/* Not static: its address is known when this library is relocated. */
void *(*other_preload_copies[])(void *, const void *, size_t) = {copy};

static void *(*choose_copy(void))(void *, const void *, size_t)
{
    return other_preload_copies[0];
}

__attribute__((visibility("default"), ifunc("choose_copy"))) void *memcpy(void *, const void *,
                                                                          size_t);
#endif

static void say(const char *line)
{
    ssize_t written = write(STDOUT_FILENO, line, strlen(line));
    (void)written;
}

__attribute__((visibility("default"))) int bind(int descriptor, const struct sockaddr *address,
                                                socklen_t length)
{
    int (*next)(int, const struct sockaddr *, socklen_t);
    *(void **)&next = dlsym(RTLD_NEXT, "bind");
    binds++;
    return next(descriptor, address, length);
}

__attribute__((visibility("default"))) int listen(int descriptor, int backlog)
{
    char line[80];
    int (*next)(int, int);
    *(void **)&next = dlsym(RTLD_NEXT, "listen");
    listens++;
    int result = next(descriptor, backlog);
    int error = errno;
    snprintf(line, sizeof(line), "other_preload: %d binds, %d listens\n", binds, listens);
    say(line);
    errno = error;
    return result;
}

__attribute__((constructor)) static void bind_early(void)
{
    const char *port = getenv("EARLY_PORT");
    if (port == NULL)
        return;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(port)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = bind(listener, (struct sockaddr *)&address, sizeof(address));
    if (result == 0)
        result = listen(listener, 16);
    say(result == 0 ? "early: listening\n" : "early: failed\n");
    unsetenv("EARLY_PORT");
}
