#include "log.h"

#include "files.h"
#include "system.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

enum { STDERR = 2, LOG_MODE = 0640 };

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
    struct timespec at_once = {0};
    return SYSTEM(ppoll, &polled, 1, &at_once, 0, 0) == 1 && polled.revents == POLLOUT;
}

static void write_line(int descriptor, const char *line, size_t length)
{
    while (SYSTEM(write, descriptor, line, length) == -EINTR)
        continue;
}

static int open_file(const struct settings *settings)
{
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    return settings->log_target == LOG_FILE
               ? (int)SYSTEM(openat, AT_FDCWD, settings->log_file, flags, LOG_MODE)
               : NO_DESCRIPTOR;
}

bool log_stderr_is_open(void)
{
    return SYSTEM(fcntl, STDERR, F_GETFD) >= 0;
}

/* What cannot be appended to the file still reaches stderr. */
void log_write(const struct settings *settings, bool stderr_is_open, const char *line,
               size_t length)
{
    int file = open_file(settings);
    if (file >= 0)
        write_line(file, line, length);
    else if (settings->log_target != LOG_NONE && stderr_is_open && takes_a_line(STDERR) &&
             !is_internet_socket(STDERR))
        write_line(STDERR, line, length);
    files_close(file);
}
