/*
 * page_file: a file that is there as a whole or not at all. Each system has its own.
 */
#ifndef PORTCLAIM_PAGE_FILE_H
#define PORTCLAIM_PAGE_FILE_H

#include <stdio.h>

struct page_file {
    FILE *stream; /* its bytes are the file's: no line end becomes another */
    const char *path;
    char *temporary; /* beside it, until it is whole */
};

/*
 * What is written goes to `path` (UTF-8) once page_file_finish() was called; it keeps the rights of
 * the file that it replaces. Anything but a regular file that stands there (a link, a device, a
 * directory) is refused. Returns NULL, or what stood in the way and what to do: static memory, and
 * then there is nothing to finish.
 */
const char *page_file_open(struct page_file *file, const char *path);

/* Likewise; after a failure what stood at `path` before is still there. */
const char *page_file_finish(struct page_file *file);

#endif
