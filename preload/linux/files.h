/*
 * files: what this host reads of /proc, small piece by small piece.
 *
 * Paths are relative to a directory descriptor, or absolute. Descriptors are O_CLOEXEC. Errors are
 * negative: -errno, as the kernel gave them.
 */
#ifndef PORTCLAIM_FILES_H
#define PORTCLAIM_FILES_H

#include "core/holder.h"

#include <fcntl.h>

enum { NO_DESCRIPTOR = -1, NAME_SIZE = 64 };

int files_open(int directory, const char *path, int flags);
int files_open_directory(int directory, const char *path);

/* /proc/PID, O_PATH. What is read below it is this process's and never a later one's. */
int files_open_process(int32_t pid);

void files_close(int descriptor);

/* Reads up to size - 1 bytes of a file of /proc, and ends them in NUL. How many, or -errno. */
long files_read(int directory, const char *path, char *buffer, size_t size);

/* The target of a link, ended in NUL. Returns its length, or -errno; -ENAMETOOLONG when cut. */
long files_read_link(int directory, const char *path, char *buffer, size_t size);

/* Device, inode, kind (S_IFMT) and owner of what the path leads to. False when it leads nowhere. */
bool files_identify(int directory, const char *path, int flags, struct file *file, unsigned *mode,
                    uint32_t *owner);

/*
 * Calls `visit` for every entry of the directory, until it returns false. Returns false when the
 * directory could not be read to its end or `visit` stopped it.
 */
bool files_list(int directory, bool (*visit)(void *context, const char *name), void *context);

/*
 * Feeds the file to `take`, piece by piece, up to `most` bytes. Returns false when it could not be
 * read, or is longer.
 */
bool files_stream(int directory, const char *path, uint64_t most,
                  void (*take)(void *context, const char *bytes, size_t length), void *context);

/* "12" + "/exe" and the like, for the functions above. Longer names than NAME_SIZE are cut. */
void files_name_below(char *name, const char *entry, const char *behind);
void files_name_number(char *name, const char *before, uint64_t number, const char *behind);

#endif
