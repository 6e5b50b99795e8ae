#include "files.h"

#include "core/text.h"
#include "system.h"

#include <errno.h>
#include <linux/stat.h>
#include <sys/stat.h>

enum {
    PIECE_SIZE = 4096,
    /*
     * What /proc gives at once is all, or as many of several entries as fit into a page, which are
     * shorter than half of it: seq_read_iter() in fs/seq_file.c.
     */
    LAST_PIECE_SIZE = 2048,
};

int files_open(int directory, const char *path, int flags)
{
    return (int)SYSTEM(openat, directory, path, flags | O_CLOEXEC);
}

int files_open_directory(int directory, const char *path)
{
    return files_open(directory, path, O_RDONLY | O_DIRECTORY);
}

int files_open_process(int32_t pid)
{
    char path[NAME_SIZE];
    files_name_number(path, "/proc/", (uint64_t)pid, "");
    return files_open(AT_FDCWD, path, O_PATH | O_DIRECTORY);
}

void files_close(int descriptor)
{
    if (descriptor >= 0)
        (void)SYSTEM(close, descriptor);
}

long files_read(int directory, const char *path, char *buffer, size_t size)
{
    int descriptor = files_open(directory, path, O_RDONLY);
    if (descriptor < 0)
        return descriptor;
    size_t length = 0;
    long count = 0;
    do {
        count = SYSTEM(read, descriptor, buffer + length, size - 1 - length);
        length += count > 0 ? (size_t)count : 0;
    } while (count >= LAST_PIECE_SIZE && length < size - 1);
    buffer[length] = '\0';
    files_close(descriptor);
    return count < 0 ? count : (long)length;
}

long files_read_link(int directory, const char *path, char *buffer, size_t size)
{
    long length = SYSTEM(readlinkat, directory, path, buffer, size);
    if (length >= (long)size)
        length = -ENAMETOOLONG;
    buffer[length < 0 ? 0 : length] = '\0';
    return length;
}

bool files_identify(int directory, const char *path, int flags, struct file *file, unsigned *mode,
                    uint32_t *owner)
{
    struct statx status = {0};
    flags |= AT_STATX_DONT_SYNC; /* not even of a dead file server is anything new wanted */
    unsigned wanted = STATX_TYPE | STATX_MODE | STATX_INO | STATX_UID;
    if (SYSTEM(statx, directory, path, flags, wanted, &status) < 0)
        return false;
    file->device = ((uint64_t)status.stx_dev_major << 32) | status.stx_dev_minor;
    file->inode = status.stx_ino;
    *mode = status.stx_mode;
    if (owner != NULL)
        *owner = status.stx_uid;
    return true;
}

/* getdents64(2): what it fills the buffer with. */
struct directory_entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

bool files_list(int directory, bool (*visit)(void *context, const char *name), void *context)
{
    _Alignas(struct directory_entry) char entries[PIECE_SIZE / 2];
    for (;;) {
        long length = SYSTEM(getdents64, directory, entries, sizeof(entries));
        if (length <= 0)
            return length == 0;
        for (long offset = 0; offset < length;) {
            const struct directory_entry *entry = (const void *)(entries + offset);
            if (!visit(context, entry->name))
                return false;
            offset += entry->length;
        }
    }
}

bool files_stream(int directory, const char *path, uint64_t most,
                  void (*take)(void *context, const char *bytes, size_t length), void *context)
{
    char piece[PIECE_SIZE / 2];
    int descriptor = files_open(directory, path, O_RDONLY);
    if (descriptor < 0)
        return false;
    uint64_t total = 0;
    long count = 0;
    while (total <= most && (count = SYSTEM(read, descriptor, piece, sizeof(piece))) > 0) {
        take(context, piece, (size_t)count);
        total += (uint64_t)count;
    }
    files_close(descriptor);
    return count == 0 && total <= most;
}

void files_name_below(char *name, const char *entry, const char *behind)
{
    struct text text;
    text_start(&text, name, NAME_SIZE);
    text_add(&text, entry);
    text_add(&text, behind);
}

void files_name_number(char *name, const char *before, uint64_t number, const char *behind)
{
    struct text text;
    text_start(&text, name, NAME_SIZE);
    text_add(&text, before);
    text_add_number(&text, (int64_t)number);
    text_add(&text, behind);
}
