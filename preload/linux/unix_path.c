#include "unix_path.h"

#include "clock.h"
#include "files.h"
#include "system.h"

#include <errno.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Not in every version of linux/magic.h: fs/f2fs, fs/bcachefs, fs/jfs, OpenZFS. */
enum {
    JFS_MAGIC = 0x3153464a,
    ZFS_MAGIC = 0x2fc12fc1,
};
#define F2FS_MAGIC_NUMBER 0xf2f52010U
#define BCACHEFS_MAGIC    0xca451a4eU

/* A path and what it leads to, held open: its number cannot become another file's meanwhile. */
struct opened {
    char path[ENDPOINT_PATH_SIZE + 1];
    const char *name; /* the last component, in `path` */
    int directory;
    int file;
    struct file identity;
    unsigned mode;
    uint32_t owner;
};

/* ---- the file ---- */

/*
 * Directories' links are followed and the last component's is not, as bind() does it
 * (kern_path_create() in fs/namei.c).
 */
static int open_directory(struct opened *opened)
{
    char *slash = strrchr(opened->path, '/');
    opened->name = slash == NULL ? opened->path : slash + 1;
    if (slash == NULL)
        return files_open(AT_FDCWD, ".", O_PATH | O_DIRECTORY);
    if (slash == opened->path)
        return files_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
    *slash = '\0';
    return files_open(AT_FDCWD, opened->path, O_PATH | O_DIRECTORY);
}

static void close_opened(const struct opened *opened)
{
    files_close(opened->file);
    files_close(opened->directory);
}

static uint64_t place_of(const struct opened *opened)
{
    struct file directory;
    unsigned mode;
    uint64_t place = text_hash(TEXT_HASH_START, opened->name, strlen(opened->name));
    if (!files_identify(opened->directory, "", AT_EMPTY_PATH, &directory, &mode, NULL))
        return place;
    place = text_hash(place, (const char *)&directory.device, sizeof(directory.device));
    return text_hash(place, (const char *)&directory.inode, sizeof(directory.inode));
}

/*
 * False when the path leads nowhere: then `file` is no descriptor but says why, if the directory is
 * one.
 */
static bool open_path(const struct endpoint *endpoint, struct opened *opened)
{
    memcpy(opened->path, endpoint->path.bytes, endpoint->path.length);
    opened->path[endpoint->path.length] = '\0';
    opened->directory = open_directory(opened);
    opened->file = opened->directory < 0
                       ? opened->directory
                       : files_open(opened->directory, opened->name, O_PATH | O_NOFOLLOW);
    if (opened->file >= 0 && files_identify(opened->file, "", AT_EMPTY_PATH, &opened->identity,
                                            &opened->mode, &opened->owner))
        return true;
    if (opened->file >= 0) {
        files_close(opened->file);
        opened->file = -EIO;
    }
    return false;
}

/* sock_diag(7) has 32 bits for the inode's number, so that is what is compared. */
static void take_identity(const struct opened *opened, bool exists, struct endpoint *endpoint)
{
    endpoint->path.device = exists ? opened->identity.device : 0;
    endpoint->path.inode = exists ? (uint32_t)opened->identity.inode : 0;
    endpoint->path.place = place_of(opened);
}

void unix_path_identify(struct endpoint *endpoint)
{
    struct opened opened;
    bool exists = open_path(endpoint, &opened);
    take_identity(&opened, exists, endpoint);
    close_opened(&opened);
}

static bool is_another_file(const struct opened *one, const struct opened *other)
{
    return one->identity.inode != other->identity.inode ||
           one->identity.device != other->identity.device;
}

bool unix_path_leads_elsewhere(const struct endpoint *server, const struct endpoint *wanted)
{
    struct opened theirs;
    struct opened ours;
    if (server->path.bytes[0] != '/')
        return false; /* relative to a directory that is not ours */
    bool there = open_path(server, &theirs);
    bool here = open_path(wanted, &ours);
    close_opened(&theirs);
    close_opened(&ours);
    return there && (!here || is_another_file(&theirs, &ours));
}

static int try_in(const struct opened *opened)
{
    if (opened->directory < 0)
        return -opened->directory;
    if (opened->file >= 0)
        return EADDRINUSE;
    if (opened->file != -ENOENT)
        return -opened->file;
    return (int)-SYSTEM(faccessat, opened->directory, ".", W_OK | X_OK);
}

int unix_path_try(const struct endpoint *endpoint)
{
    struct opened opened;
    (void)open_path(endpoint, &opened);
    int error = opened.name[0] == '\0' ? ENOENT : try_in(&opened);
    close_opened(&opened);
    return error;
}

/* ---- who is bound to it ---- */

/*
 * Elsewhere the server may run on another machine, of which this kernel knows nothing: NFS, SMB,
 * 9p, FUSE, virtiofs, clusters. So only what is known to be local counts.
 */
static bool is_local(const struct opened *opened)
{
    static const uint32_t local[] = {
        TMPFS_MAGIC, RAMFS_MAGIC,       EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
        ZFS_MAGIC,   F2FS_MAGIC_NUMBER, BCACHEFS_MAGIC,   JFS_MAGIC,       OVERLAYFS_SUPER_MAGIC,
    };
#ifdef SYS_fstatfs64 /* where fstatfs(2) has no room for the size of a large disk */
    struct statfs64 status = {0};
    long result = SYSTEM(fstatfs64, opened->file, sizeof(status), &status);
#else
    struct statfs status = {0};
    long result = SYSTEM(fstatfs, opened->file, &status);
#endif
    for (size_t index = 0; result >= 0 && index < sizeof(local) / sizeof(local[0]); index++) {
        if ((uint32_t)status.f_type == local[index])
            return true;
    }
    return false;
}

/*
 * bind() shows the file a moment before the socket is bound to it, but holds the directory's lock
 * until it is (unix_bind_bsd() in net/unix/af_unix.c). Renaming takes that lock as well, so what
 * was being bound before is bound afterwards; and this one changes nothing, for the name exists.
 */
static bool wait_for_binders(const struct opened *opened)
{
    return SYSTEM(renameat2, opened->directory, opened->name, opened->directory, opened->name,
                  RENAME_NOREPLACE) == -EEXIST;
}

/*
 * By the descriptor: it is this file that is asked, whatever its name has become. A thread can have
 * descriptors of its own, hence thread-self.
 */
static long connect_to(const struct opened *opened, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    files_name_number(address.sun_path, "/proc/thread-self/fd/", (uint64_t)opened->file, "");
    long asking = SYSTEM(socket, AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (asking < 0)
        return asking;
    long result = SYSTEM(connect, asking, &address, sizeof(address));
    files_close((int)asking);
    return result;
}

/*
 * The datagram's first: who is refused by Linux there disturbs nobody with the others. They are for
 * what calls itself Linux and refuses a datagram socket also where a stream's server listens
 * (gVisor, connectionedEndpoint.UnidirectionalConnect()).
 */
static long connect_by_all_types(const struct opened *opened)
{
    static const int types[] = {SOCK_DGRAM, SOCK_STREAM, SOCK_SEQPACKET};
    long result = -ECONNREFUSED;
    for (size_t index = 0; result == -ECONNREFUSED && index < sizeof(types) / sizeof(types[0]);
         index++)
        result = connect_to(opened, types[index]);
    return result;
}

static enum unix_path examine(const struct opened *opened)
{
    if ((opened->mode & S_IFMT) != S_IFSOCK)
        return UNIX_PATH_NO_SOCKET;
    if (opened->owner != (uint32_t)SYSTEM(geteuid))
        return UNIX_PATH_ANOTHER_USERS;
    if (!is_local(opened))
        return UNIX_PATH_SHARED;
    if (!wait_for_binders(opened))
        return UNIX_PATH_UNCLEAR;
    switch (connect_by_all_types(opened)) {
    case -ECONNREFUSED:
        return UNIX_PATH_LEFT;
    case 0:
    case -EPROTOTYPE:
    case -EAGAIN: /* as many wait already as may */
        return UNIX_PATH_BOUND;
    default:
        return UNIX_PATH_UNCLEAR;
    }
}

enum unix_path unix_path_look(struct endpoint *endpoint)
{
    struct opened opened;
    bool exists = open_path(endpoint, &opened);
    take_identity(&opened, exists, endpoint);
    enum unix_path path = exists ? examine(&opened) : UNIX_PATH_MISSING;
    close_opened(&opened);
    return path;
}

/* ---- removing it ---- */

static bool move(const struct opened *opened, const char *from, const char *to)
{
    return SYSTEM(renameat2, opened->directory, from, opened->directory, to, RENAME_NOREPLACE) == 0;
}

static bool is_same_file(const struct opened *opened, const char *name)
{
    struct file file;
    unsigned mode;
    return files_identify(opened->directory, name, AT_SYMLINK_NOFOLLOW, &file, &mode, NULL) &&
           file.device == opened->identity.device && file.inode == opened->identity.inode;
}

/*
 * In a container a server has the same number each time, so that alone would make what one left who
 * was killed in between stand in the way of all that follow.
 */
static void name_moved(char *name)
{
    struct text text;
    text_start(&text, name, NAME_SIZE);
    text_add(&text, ".portclaim-");
    text_add_number(&text, SYSTEM(gettid));
    text_add(&text, "-");
    text_add_number(&text, (int64_t)clock_milliseconds(CLOCK_REALTIME));
}

static bool move_and_unlink(const struct opened *opened)
{
    char moved[NAME_SIZE];
    name_moved(moved);
    if (!move(opened, opened->name, moved))
        return false;
    if (is_same_file(opened, moved) && SYSTEM(unlinkat, opened->directory, moved, 0) == 0)
        return true;
    (void)move(opened, moved, opened->name);
    return false;
}

bool unix_path_remove(const struct endpoint *endpoint)
{
    struct opened opened;
    bool removed = open_path(endpoint, &opened) && examine(&opened) == UNIX_PATH_LEFT &&
                   move_and_unlink(&opened);
    close_opened(&opened);
    return removed;
}
