#include "log_file.h"

#include "core/settings.h"
#include "core/text.h"
#include "files.h"
#include "system.h"

#include <errno.h>
#include <linux/stat.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char predecessor[] = ".1";

enum {
    LOG_FILE_MODE = 0640,
    PERMISSIONS = 0777,
    PREDECESSOR_SIZE = SETTINGS_LIST_SIZE + sizeof(predecessor),
};

/*
 * O_NONBLOCK: a FIFO that nobody reads fails at once. O_LARGEFILE: a process of 32 bits could not
 * open what is over 2 GiB, and rotate it (open(2), EOVERFLOW).
 */
static int open_log_file(const char *path, int more_flags)
{
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_LARGEFILE |
                more_flags;
    return (int)SYSTEM(openat, AT_FDCWD, path, flags, LOG_FILE_MODE);
}

static bool look(int directory, const char *path, int flags, struct statx *status)
{
    unsigned wanted = STATX_TYPE | STATX_MODE | STATX_INO | STATX_SIZE | STATX_UID | STATX_GID;
    return SYSTEM(statx, directory, path, flags, wanted, status) == 0;
}

static bool look_at(int file, struct statx *status)
{
    return look(file, "", AT_EMPTY_PATH, status);
}

static bool is_same_file(const struct statx *left, const struct statx *right)
{
    return left->stx_ino == right->stx_ino && left->stx_dev_major == right->stx_dev_major &&
           left->stx_dev_minor == right->stx_dev_minor;
}

static bool has_room(const struct statx *status, size_t length, uint64_t bound)
{
    struct rlimit64 limit = {.rlim_cur = RLIM64_INFINITY};
    (void)SYSTEM(prlimit64, 0, RLIMIT_FSIZE, 0, &limit);
    if (limit.rlim_cur < bound)
        bound = limit.rlim_cur;
    return !S_ISREG(status->stx_mode) || status->stx_size + length <= bound;
}

/* ---- rotation ---- */

/*
 * Who rotates may be root beside a service with less privileges, which would find itself locked out
 * of the new file. O_EXCL: what is given away is a file of our own making and not what a link that
 * somebody left there leads to. Who loses the race to make it has nothing to do.
 */
static void begin_new(const char *path, const struct statx *old)
{
    int file = open_log_file(path, O_EXCL);
    if (file < 0)
        return;
    (void)SYSTEM(fchown, file, old->stx_uid, old->stx_gid);
    (void)SYSTEM(fchmod, file, old->stx_mode & PERMISSIONS);
    files_close(file);
}

static bool move_away(const char *path)
{
    char name[PREDECESSOR_SIZE];
    struct text text;
    text_start(&text, name, sizeof(name));
    text_add(&text, path);
    text_add(&text, predecessor);
    return !text.truncated && SYSTEM(renameat2, AT_FDCWD, path, AT_FDCWD, name, 0) == 0;
}

/*
 * Is the path worth opening again? It is when this process or another one has moved the full file
 * away. The lock is on the file and not on its name: as long as we have it, nobody else of us moves
 * this file, so that what is still under the name is moved once, and the new file, hardly begun, is
 * never moved onto the full one. A link is not moved, as it is not the file: what it leads to may
 * be somebody else's, as with /dev/stdout.
 *
 * flock(2), for it excludes the threads of one process as well; given back by name, as a child
 * forked meanwhile by another thread shares it.
 */
static bool rotate(const char *path, int file, size_t length)
{
    struct statx full = {0};
    struct statx named = {0};
    if (SYSTEM(flock, file, LOCK_EX | LOCK_NB) < 0)
        return false;
    bool moved = true;
    if (look_at(file, &full) && full.stx_size > 0 && !has_room(&full, length, LOG_FILE_FULL) &&
        look(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &named) && is_same_file(&named, &full)) {
        moved = move_away(path);
        if (moved)
            begin_new(path, &full);
    }
    (void)SYSTEM(flock, file, LOCK_UN);
    return moved;
}

/* ---- appending ---- */

/*
 * The disk is full, or a quota is used up, in the midst of the line. The next line would be joined
 * to what there is of ours, so it is cut off again, unless somebody has appended since.
 */
static void take_back(int file, long written)
{
    struct statx status = {0};
    long end = SYSTEM(lseek, file, 0, SEEK_CUR); /* behind what we wrote, O_APPEND or not */
    if (end >= written && look_at(file, &status) && status.stx_size == (uint64_t)end)
        (void)SYSTEM(ftruncate, file, end - written);
}

static bool append(int file, const char *line, size_t length)
{
    long written = 0;
    do {
        written = SYSTEM(write, file, line, length);
    } while (written == -EINTR);
    if (written > 0 && written < (long)length)
        take_back(file, written);
    return written == (long)length;
}

/*
 * Where the file cannot be moved away (a directory that is not ours, a file that is a mount), it is
 * written to until it is closed: a loop must not fill a disk, and no disk is full of the first
 * 17 MiB.
 */
bool log_file_append(const char *path, const char *line, size_t length)
{
    struct statx status = {0};
    int file = open_log_file(path, 0);
    bool known = file >= 0 && look_at(file, &status);
    if (known && !has_room(&status, length, LOG_FILE_FULL) && rotate(path, file, length)) {
        files_close(file);
        file = open_log_file(path, 0);
        known = file >= 0 && look_at(file, &status);
    }
    bool appended =
        known && has_room(&status, length, LOG_FILE_CLOSED) && append(file, line, length);
    files_close(file);
    return appended;
}
