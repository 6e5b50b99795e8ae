#include "state.h"

#include "core/breaker_file.h"
#include "files.h"
#include "system.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum {
    DIRECTORY_MODE = 0700,
    FILE_MODE = 0600,
    OTHERS = 077, /* permission bits of group and world */
    PATH_SIZE = 640,
};

/* ---- the directory ---- */

void state_prefer_runtime_directory(struct settings *settings, char *const *environment)
{
    static const char name[] = "XDG_RUNTIME_DIR=";
    struct text path;
    if (settings->state_directory[0] != '\0')
        return;
    for (; *environment != NULL; environment++) {
        const char *value = *environment + sizeof(name) - 1;
        if (!text_starts_with(*environment, name) || *value != '/')
            continue;
        text_start(&path, settings->state_directory, sizeof(settings->state_directory));
        text_add(&path, value);
        text_add(&path, "/portclaim");
    }
}

static void add_default_directory(struct text *path)
{
    uint32_t user = (uint32_t)SYSTEM(geteuid);
    if (user == 0) {
        text_add(path, "/run/portclaim");
    } else {
        text_add(path, "/tmp/portclaim-");
        text_add_number(path, user);
    }
}

/* Is it ours alone? Everybody may write to /tmp, and could have been there first. */
static bool is_private(int descriptor, unsigned kind)
{
    struct file file;
    unsigned mode = 0;
    uint32_t owner = 0;
    return files_identify(descriptor, "", AT_EMPTY_PATH, &file, &mode, &owner) &&
           (mode & S_IFMT) == kind && (mode & OTHERS) == 0 && owner == (uint32_t)SYSTEM(geteuid);
}

static int open_directory(const struct state *state, bool create)
{
    char path[PATH_SIZE];
    struct text text;
    text_start(&text, path, sizeof(path));
    if (state->directory[0] != '\0')
        text_add(&text, state->directory);
    else
        add_default_directory(&text);
    if (text.truncated)
        return NO_DESCRIPTOR;
    if (create)
        (void)SYSTEM(mkdirat, AT_FDCWD, path, DIRECTORY_MODE);
    int directory = files_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (directory >= 0 && is_private(directory, S_IFDIR))
        return directory;
    files_close(directory);
    return NO_DESCRIPTOR;
}

/* ---- the file ---- */

/* O_NONBLOCK for the case that somebody left a FIFO there. */
static int open_file(const struct state *state, const struct request *request, bool create)
{
    char name[NAME_SIZE];
    struct text text;
    int directory = open_directory(state, create);
    if (directory < 0)
        return NO_DESCRIPTOR;
    text_start(&text, name, sizeof(name));
    breaker_file_add_name(&text, request);
    int flags = (create ? O_RDWR | O_CREAT : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int file = (int)SYSTEM(openat, directory, name, flags, FILE_MODE);
    files_close(directory);
    if (file >= 0 && is_private(file, S_IFREG))
        return file;
    files_close(file);
    return NO_DESCRIPTOR;
}

/*
 * Of the open file, and not of the process (fcntl(2), Linux 3.15): threads that claim one endpoint
 * for a socket each keep each other out like processes, and none gives the lock back by closing a
 * descriptor of its own. Older kernels say EINVAL, and know the other kind.
 */
static long set_lock(int file, short type)
{
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
    long result = SYSTEM(fcntl, file, F_OFD_SETLK, &whole);
    return result == -EINVAL ? SYSTEM(fcntl, file, F_SETLK, &whole) : result;
}

enum lock state_lock(struct state *state, const struct request *request)
{
    int file = open_file(state, request, true);
    if (file < 0)
        return LOCK_UNAVAILABLE;
    long result = set_lock(file, F_WRLCK);
    if (result == 0) {
        state->file = file;
        return LOCK_TAKEN;
    }
    files_close(file);
    return result == -EACCES || result == -EAGAIN ? LOCK_BUSY : LOCK_UNAVAILABLE;
}

/* By closing alone a child that was forked meanwhile would keep it. */
void state_unlock(struct state *state)
{
    (void)set_lock(state->file, F_UNLCK);
    files_close(state->file);
    state->file = NO_DESCRIPTOR;
}

/* ---- the memory ---- */

static void read_memory(int file, struct breaker_memory *memory)
{
    uint32_t magic = 0;
    bool read = file >= 0 &&
                SYSTEM(pread64, file, &magic, sizeof(magic),
                       offsetof(struct breaker_file, magic)) == sizeof(magic) &&
                SYSTEM(pread64, file, memory, sizeof(*memory),
                       offsetof(struct breaker_file, memory)) == sizeof(*memory);
    breaker_file_accept(memory, magic, read);
}

/*
 * While we hold the lock only through its own descriptor: closing another one of the same file
 * would give the older kind of lock back.
 */
void state_recall(const struct state *state, const struct request *request,
                  struct breaker_memory *memory)
{
    bool locked = state->file != NO_DESCRIPTOR;
    int file = locked ? state->file : open_file(state, request, false);
    read_memory(file, memory);
    if (!locked)
        files_close(file);
}

void state_remember(const struct state *state, const struct breaker_memory *memory)
{
    const uint32_t magic = BREAKER_FILE_MAGIC;
    if (state->file == NO_DESCRIPTOR)
        return;
    (void)SYSTEM(pwrite64, state->file, memory, sizeof(*memory),
                 offsetof(struct breaker_file, memory));
    (void)SYSTEM(pwrite64, state->file, &magic, sizeof(magic),
                 offsetof(struct breaker_file, magic));
}
