/*
 * object: libportclaim.so, as a file.
 */
#ifndef PORTCLAIM_OBJECT_H
#define PORTCLAIM_OBJECT_H

#include "program.h"

enum { OBJECT_VERSION_SIZE = 32, OBJECT_WHY_SIZE = 4 * PATH_MAX };

struct object {
    char path[PATH_MAX]; /* absolute */
    /* What LD_PRELOAD wants: the path, or one with "$LIB" in it that leads there. */
    char entry[PATH_MAX];
    char version[OBJECT_VERSION_SIZE]; /* "" when the file says none */
    char why[OBJECT_WHY_SIZE]; /* when none was found: what stood in the way, and what to do */
};

/*
 * Finds the shared object for the program (NULL: one of our own word size): beside the command's
 * own executable, else in ../lib, else in the library directory that `make install` was told
 * (library_directory.h); that of 32 bits where `make multilib` and `make install-multilib` put it.
 * One of another version is not taken, nor one whose path LD_PRELOAD cannot hold. False when there
 * is none; `why` says the rest, fit to be shown.
 */
bool object_find(const struct program *program, struct object *object);

/*
 * Where both are there under the names that the loaders want, makes the object's entry the one line
 * for both, for what the program starts may be of the other word size. Runs the program's loader,
 * with the program to be looked at: for a program that is about to be run.
 */
void object_share(const struct program *program, struct object *object);

/*
 * Looks for the program's object under an entry with "$LIB" in it, by the names that loaders are
 * known to want. False when there is none. `path` has PATH_MAX bytes.
 */
bool object_resolve(const struct program *program, const char *entry, char *path);

/* Is the program of another word size than ours, so that it takes an object of its own? */
bool object_is_of_its_own(const struct program *program);

/*
 * Reads version and word size from the file. False when it is no such object, or only half of one.
 */
bool object_read(const char *path, char *version, unsigned size, int *word_bits);

#endif
