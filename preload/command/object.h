/*
 * object: libportclaim.so, as a file.
 */
#ifndef PORTCLAIM_OBJECT_H
#define PORTCLAIM_OBJECT_H

#include <limits.h>
#include <stdbool.h>

struct object {
    char path[PATH_MAX];
    char version[32]; /* "" when the file says none */
    char why[1024];   /* when none was found: what was wanted, what stood in the way, what to do */
};

/*
 * Finds the shared object beside the command's own executable, else in ../lib, else in the library
 * directory that `make install` was told (PORTCLAIM_LIBDIR). One of another version is not taken.
 * False when there is none; `why` says the rest.
 */
bool object_find(struct object *object);

/* Reads the version from the file's note. False when it is no such object. */
bool object_read_version(const char *path, char *version, unsigned size);

#endif
