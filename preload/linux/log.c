#include "log.h"

#include "core/logging.h"
#include "log_file.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

enum { STDERR = 2 };

/* A daemon may have closed stderr, and its number may be a client's connection by now. */
static bool is_internet_socket(int descriptor)
{
    int domain = 0;
    socklen_t length = sizeof(domain);
    long result = SYSTEM(getsockopt, descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length);
    return result == 0 && (domain == AF_INET || domain == AF_INET6);
}

/* A pipe that nobody empties would keep us in bind(); one that nobody reads would end us. */
static bool takes_a_line(int descriptor)
{
    struct pollfd polled = {.fd = descriptor, .events = POLLOUT};
    struct system_time at_once = {0};
    return SYSTEM(ppoll, &polled, 1, &at_once, 0, 0) == 1 && polled.revents == POLLOUT;
}

static void write_to_stderr(const char *line, size_t length)
{
    if (!takes_a_line(STDERR) || is_internet_socket(STDERR))
        return;
    while (SYSTEM(write, STDERR, line, length) == -EINTR)
        continue;
}

bool log_stderr_is_open(void)
{
    return SYSTEM(fcntl, STDERR, F_GETFD) >= 0;
}

void log_write(const struct settings *settings, bool stderr_is_open, const char *line,
               size_t length)
{
    const struct logging logging = {log_file_append, write_to_stderr, stderr_is_open};
    logging_write(&logging, settings, line, length);
}
