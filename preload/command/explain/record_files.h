/*
 * record_files: the lines of several records, as one stream in the order of their times.
 */
#ifndef PORTCLAIM_RECORD_FILES_H
#define PORTCLAIM_RECORD_FILES_H

#include "record.h"

struct record_files;

struct record_counts {
    uint64_t files; /* that were read; the rotated half of a record is one more */
    uint64_t lines; /* but for blank ones */
    uint64_t skipped;
    uint64_t texts; /* of those, how many are lines of portclaim's for people, which have no time */
};

/* A file that could not be read. */
struct record_failure {
    char *path;          /* the caller's, by malloc(3); NULL: all could be read */
    const char *problem; /* as of input.h */
};

/*
 * Opens them all; "-" is standard input. Where FILE.1 stands beside FILE, the record was rotated,
 * and FILE.1 is read first. No file is read twice, however often it is named, and none is missed
 * that is rotated meanwhile. On failure returns NULL and says which.
 */
struct record_files *record_files_open(char **paths, size_t count, struct record_failure *failure);

/*
 * The earliest event that was not read yet. Within one file the order is the file's. False at the
 * end of all, or when a file could not be read.
 */
bool record_files_next(struct record_files *files, struct record *record,
                       struct record_failure *failure);

/* Is the path one of those that were opened? */
bool record_files_has(const struct record_files *files, const char *path);

struct record_counts record_files_counts(const struct record_files *files);

void record_files_close(struct record_files *files);

#endif
