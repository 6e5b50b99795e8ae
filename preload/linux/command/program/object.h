/*
 * object: libportclaim.so, as a file.
 */
#ifndef PORTCLAIM_OBJECT_H
#define PORTCLAIM_OBJECT_H

#include <limits.h>
#include <stdbool.h>

enum { OBJECT_VERSION_SIZE = 32, OBJECT_WHY_SIZE = 4 * PATH_MAX };

struct object {
    char path[PATH_MAX];               /* absolute */
    char version[OBJECT_VERSION_SIZE]; /* "" when the file says none */
    char why[OBJECT_WHY_SIZE]; /* when none was found: what stood in the way, and what to do */
};

/*
 * Finds the shared object beside the command's own executable, else in ../lib, else in the library
 * directory that `make install` was told (library_directory.h). One of another version is not taken,
 * nor one whose path LD_PRELOAD cannot hold. False when there is none; `why` says the rest, fit to
 * be shown.
 */
bool object_find(struct object *object);

/* Reads the version from the file's note. False when it is no such object, or only half of one. */
bool object_read_version(const char *path, char *version, unsigned size);

#endif
