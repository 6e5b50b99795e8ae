#include "command/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct input_identity identity_of(const struct stat *status)
{
    return (struct input_identity){true, S_ISREG(status->st_mode), status->st_dev, status->st_ino};
}

const char *input_open(struct input *input, const char *path)
{
    struct stat status;
    bool standard = strcmp(path, "-") == 0;
    int descriptor = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return strerror(errno);
    if (fstat(descriptor, &status) != 0) {
        const char *problem = strerror(errno);
        if (!standard)
            (void)close(descriptor);
        return problem;
    }
    *input = (struct input){descriptor, standard, identity_of(&status)};
    return NULL;
}

ptrdiff_t input_read(const struct input *input, void *bytes, size_t size, const char **problem)
{
    ssize_t count;
    do {
        count = read((int)input->handle, bytes, size);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        *problem = strerror(errno);
    return count;
}

void input_close(const struct input *input)
{
    if (!input->standard)
        (void)close((int)input->handle);
}

struct input_identity input_identify(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? identity_of(&status) : (struct input_identity){0};
}

bool input_is_terminal(void)
{
    return isatty(STDIN_FILENO);
}
