#include "record_files.h"

#include "command/input.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_SIZE = 64 * 1024, /* far more than REPORT_LINE_SIZE: whatever is longer is no event */
    BUFFER_SIZE = 32 * 1024,
    PARTS = 2, /* of a record that was rotated */
    FAILED = 2,
};

struct part {
    bool open; /* false: there is none, or it was read */
    struct input input;
    char *path;
    bool begun;
    char *buffer; /* what was read and is not taken yet: from `taken` on, up to `filled` */
    size_t taken;
    size_t filled;
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

static bool is_open(const struct record_files *files, const struct input_identity *identity)
{
    if (!identity->known)
        return false;
    for (size_t index = 0; index < files->count; index++) {
        for (size_t number = 0; number < PARTS; number++) {
            const struct part *part = &files->sources[index].parts[number];
            const struct input_identity *other = &part->input.identity;
            if (part->open && other->known && other->device == identity->device &&
                other->inode == identity->inode)
                return true;
        }
    }
    return false;
}

static bool open_part(struct record_files *files, struct part *part, const char *path,
                      struct record_failure *failure)
{
    struct input input;
    const char *problem = input_open(&input, path);
    if (problem != NULL) {
        *failure = (struct record_failure){duplicate(path), problem};
        return false;
    }
    if (is_open(files, &input.identity)) {
        input_close(&input);
        return true;
    }
    *part = (struct part){.open = true, .input = input, .path = duplicate(path)};
    files->counts.files++;
    return true;
}

/*
 * What was rotated away is read first, and opened last: a record that is rotated between the two is
 * the same file under both names, where in the other order nobody would have opened it.
 */
static bool open_source(struct record_files *files, struct source *source, const char *path,
                        struct record_failure *failure)
{
    if (!open_part(files, &source->parts[1], path, failure))
        return false;
    if (strcmp(path, "-") == 0)
        return true;
    char *rotated = NULL;
    if (asprintf(&rotated, "%s.1", path) < 0)
        err(FAILED, "portclaim explain");
    bool opened =
        !input_identify(rotated).regular || open_part(files, &source->parts[0], rotated, failure);
    free(rotated);
    return opened;
}

struct record_files *record_files_open(char **paths, size_t count, struct record_failure *failure)
{
    struct record_files *files = allocate(1, sizeof(*files));
    files->line = allocate(1, LINE_SIZE);
    files->sources = allocate(count, sizeof(*files->sources));
    files->count = count;
    *failure = (struct record_failure){0};
    for (size_t index = 0; index < count; index++) {
        if (open_source(files, &files->sources[index], paths[index], failure))
            continue;
        record_files_close(files);
        return NULL;
    }
    return files;
}

/* ---- lines ---- */

enum line { LINE_READ, LINE_TOO_LONG, LINE_NONE, LINE_FAILED };

/* More bytes; false at the end, and on an error, of which *problem tells. */
static bool fill(struct part *part, const char **problem)
{
    if (part->buffer == NULL)
        part->buffer = allocate(1, BUFFER_SIZE);
    ptrdiff_t count = input_read(&part->input, part->buffer, BUFFER_SIZE, problem);
    part->taken = 0;
    part->filled = count > 0 ? (size_t)count : 0;
    return count > 0;
}

/* Editors of Windows put it in front of UTF-8. */
static void pass_over_byte_order_mark(struct part *part)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t length = sizeof(mark) - 1;
    if (!part->begun && part->filled >= length && memcmp(part->buffer, mark, length) == 0)
        part->taken = length;
    part->begun = true;
}

/* Takes the bytes up to the line's end, or all. How many bytes a line has that fits is *length. */
static bool take(struct part *part, char *line, size_t *length, bool *fits)
{
    const char *bytes = part->buffer + part->taken;
    size_t most = part->filled - part->taken;
    const char *end = memchr(bytes, '\n', most);
    size_t count = end != NULL ? (size_t)(end - bytes) : most;
    *fits = *fits && count <= LINE_SIZE - *length;
    if (*fits) {
        memcpy(line + *length, bytes, count);
        *length += count;
    }
    part->taken += count + (end != NULL ? 1 : 0);
    return end != NULL;
}

static enum line read_line(struct part *part, char *line, size_t *length, const char **problem)
{
    bool fits = true;
    bool begun = false;
    *length = 0;
    *problem = NULL;
    for (;;) {
        if (part->taken == part->filled && !fill(part, problem)) {
            if (*problem != NULL)
                return LINE_FAILED;
            break;
        }
        pass_over_byte_order_mark(part);
        begun = true;
        if (take(part, line, length, &fits))
            break;
    }
    if (!begun)
        return LINE_NONE;
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

/* "portclaim[4312]: ..." as core/report_text.c writes it. */
static bool is_text(const char *line, size_t length)
{
    static const char beginning[] = "portclaim[";
    return length >= sizeof(beginning) - 1 && memcmp(line, beginning, sizeof(beginning) - 1) == 0;
}

/* ---- events ---- */

/* The next event of one part; false at its end and on an error, of which *problem tells. */
static bool read_part(struct record_files *files, struct part *part, struct record *record,
                      const char **problem)
{
    size_t length = 0;
    for (;;) {
        enum line line = read_line(part, files->line, &length, problem);
        if (line == LINE_NONE || line == LINE_FAILED)
            return false;
        if (line == LINE_READ && is_blank(files->line, length))
            continue;
        files->counts.lines++;
        if (line == LINE_READ && record_read(files->line, length, record))
            return true;
        files->counts.skipped++;
        files->counts.texts += line == LINE_READ && is_text(files->line, length) ? 1 : 0;
    }
}

static void close_part(struct part *part)
{
    if (part->open)
        input_close(&part->input);
    free(part->path);
    free(part->buffer);
    *part = (struct part){0};
}

static bool read_ahead(struct record_files *files, struct source *source,
                       struct record_failure *failure)
{
    for (size_t number = 0; number < PARTS && !source->ready; number++) {
        const char *problem = NULL;
        struct part *part = &source->parts[number];
        if (!part->open)
            continue;
        source->ready = read_part(files, part, &source->next, &problem);
        if (source->ready)
            continue;
        if (problem != NULL) {
            *failure = (struct record_failure){duplicate(part->path), problem};
            return false;
        }
        close_part(part);
    }
    return true;
}

bool record_files_next(struct record_files *files, struct record *record,
                       struct record_failure *failure)
{
    struct source *earliest = NULL;
    *failure = (struct record_failure){0};
    for (size_t index = 0; index < files->count; index++) {
        struct source *source = &files->sources[index];
        if (!source->ready && !read_ahead(files, source, failure))
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
    struct input_identity identity = input_identify(path);
    return is_open(files, &identity);
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
