#include "command/page_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The mode that open(2) would have given, or the one that the file has. */
static mode_t mode_for(const char *path)
{
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    return lstat(path, &status) == 0 ? status.st_mode & 0777 : 0666 & ~mask;
}

const char *page_file_open(struct page_file *file, const char *path)
{
    struct stat status;
    *file = (struct page_file){.path = path};
    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return "something else than a regular file is there; name another";
    if (asprintf(&file->temporary, "%s.XXXXXX", path) < 0)
        return strerror(ENOMEM);
    int descriptor = mkostemp(file->temporary, O_CLOEXEC);
    if (descriptor >= 0 && fchmod(descriptor, mode_for(path)) == 0)
        file->stream = fdopen(descriptor, "w");
    if (file->stream != NULL)
        return NULL;
    const char *problem = strerror(errno);
    if (descriptor >= 0) {
        close(descriptor);
        unlink(file->temporary);
    }
    free(file->temporary);
    return problem;
}

const char *page_file_finish(struct page_file *file)
{
    bool written = !ferror(file->stream) && fflush(file->stream) == 0;
    bool closed = fclose(file->stream) == 0;
    const char *problem = NULL;
    if (!written || !closed || rename(file->temporary, file->path) != 0) {
        problem = strerror(errno);
        unlink(file->temporary);
    }
    free(file->temporary);
    return problem;
}
