#include "record_files.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    LINE_SIZE = 64 * 1024, /* far more than REPORT_LINE_SIZE: whatever is longer is no event */
    PARTS = 2,             /* of a record that was rotated */
    FAILED = 2,
};

struct part {
    FILE *stream; /* NULL: there is none, or it was read */
    char *path;
    dev_t device;
    ino_t inode;
};

/* One record, whose next event was read ahead so that it can be compared. */
struct source {
    struct part parts[PARTS];
    bool ready;
    struct record next;
};

struct record_files {
    struct source *sources;
    size_t count;
    struct record_counts counts;
    char *line;
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        err(FAILED, "portclaim explain");
    return memory;
}

static char *duplicate(const char *string)
{
    char *copy = strdup(string);
    if (copy == NULL)
        err(FAILED, "portclaim explain");
    return copy;
}

/* ---- opening ---- */

static bool is_open(const struct record_files *files, const struct stat *status)
{
    for (size_t index = 0; index < files->count; index++) {
        for (size_t number = 0; number < PARTS; number++) {
            const struct part *part = &files->sources[index].parts[number];
            if (part->stream != NULL && part->device == status->st_dev &&
                part->inode == status->st_ino)
                return true;
        }
    }
    return false;
}

static bool open_part(struct record_files *files, struct part *part, const char *path)
{
    struct stat status;
    bool input = strcmp(path, "-") == 0;
    FILE *stream = input ? stdin : fopen(path, "re");
    if (stream == NULL || fstat(fileno(stream), &status) != 0)
        return false;
    if (is_open(files, &status)) {
        if (!input)
            fclose(stream);
        return true;
    }
    *part = (struct part){stream, duplicate(path), status.st_dev, status.st_ino};
    files->counts.files++;
    return true;
}

/*
 * What was rotated away is read first, and opened last: a record that is rotated between the two is
 * the same file under both names, where in the other order nobody would have opened it. *failed is
 * what could not be opened.
 */
static bool open_source(struct record_files *files, struct source *source, const char *path,
                        char **failed)
{
    struct stat status;
    char *rotated = NULL;
    if (asprintf(&rotated, "%s.1", path) < 0)
        err(FAILED, "portclaim explain");
    *failed = NULL;
    if (!open_part(files, &source->parts[1], path))
        *failed = duplicate(path);
    else if (strcmp(path, "-") != 0 && stat(rotated, &status) == 0 && S_ISREG(status.st_mode) &&
             !open_part(files, &source->parts[0], rotated))
        *failed = duplicate(rotated);
    int error = errno;
    free(rotated);
    errno = error;
    return *failed == NULL;
}

struct record_files *record_files_open(char **paths, size_t count, char **failed)
{
    struct record_files *files = allocate(1, sizeof(*files));
    files->line = allocate(1, LINE_SIZE);
    files->sources = allocate(count, sizeof(*files->sources));
    files->count = count;
    for (size_t index = 0; index < count; index++) {
        if (open_source(files, &files->sources[index], paths[index], failed))
            continue;
        int error = errno;
        record_files_close(files);
        errno = error;
        return NULL;
    }
    return files;
}

/* ---- reading ---- */

enum line { LINE_READ, LINE_TOO_LONG, LINE_NONE };

static enum line read_line(FILE *stream, char *line, size_t *length)
{
    int byte = getc_unlocked(stream);
    if (byte == EOF)
        return LINE_NONE;
    bool fits = true;
    for (*length = 0; byte != EOF && byte != '\n'; byte = getc_unlocked(stream)) {
        fits = *length < LINE_SIZE;
        if (fits)
            line[(*length)++] = (char)byte;
    }
    return fits ? LINE_READ : LINE_TOO_LONG;
}

static bool is_blank(const char *line, size_t length)
{
    for (size_t index = 0; index < length; index++) {
        if (line[index] != ' ' && line[index] != '\t' && line[index] != '\r')
            return false;
    }
    return true;
}

/* The next event of one part; false at its end and on an error, which errno tells (0: none). */
static bool read_part(struct record_files *files, struct part *part, struct record *record)
{
    size_t length = 0;
    for (;;) {
        errno = 0;
        enum line line = read_line(part->stream, files->line, &length);
        if (line == LINE_NONE)
            return false;
        if (line == LINE_READ && is_blank(files->line, length))
            continue;
        files->counts.lines++;
        if (line == LINE_READ && record_read(files->line, length, record))
            return true;
        files->counts.skipped++;
    }
}

static void close_part(struct part *part)
{
    if (part->stream != NULL && part->stream != stdin)
        fclose(part->stream);
    part->stream = NULL;
    free(part->path);
    part->path = NULL;
}

/* False on an error; errno and *failed say which. */
static bool read_ahead(struct record_files *files, struct source *source, char **failed)
{
    for (size_t number = 0; number < PARTS && !source->ready; number++) {
        struct part *part = &source->parts[number];
        if (part->stream == NULL)
            continue;
        source->ready = read_part(files, part, &source->next);
        int error = errno;
        if (source->ready)
            continue;
        if (ferror(part->stream)) {
            *failed = duplicate(part->path);
            errno = error;
            return false;
        }
        close_part(part);
    }
    return true;
}

bool record_files_next(struct record_files *files, struct record *record, char **failed)
{
    struct source *earliest = NULL;
    *failed = NULL;
    for (size_t index = 0; index < files->count; index++) {
        struct source *source = &files->sources[index];
        if (!source->ready && !read_ahead(files, source, failed))
            return false;
        if (source->ready && (earliest == NULL || source->next.time_ms < earliest->next.time_ms))
            earliest = source;
    }
    if (earliest == NULL)
        return false;
    *record = earliest->next;
    earliest->ready = false;
    return true;
}

bool record_files_has(const struct record_files *files, const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && is_open(files, &status);
}

struct record_counts record_files_counts(const struct record_files *files)
{
    return files->counts;
}

void record_files_close(struct record_files *files)
{
    for (size_t index = 0; index < files->count; index++) {
        for (size_t number = 0; number < PARTS; number++)
            close_part(&files->sources[index].parts[number]);
    }
    free(files->sources);
    free(files->line);
    free(files);
}
