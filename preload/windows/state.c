#include "state.h"

#include "core/breaker_file.h"
#include "path.h"
#include "security.h"

enum {
    NAME_SIZE = 128, /* bytes of a mutex's or a file's name */
    ANYBODY_MAY = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
};

void state_prefer_user_directory(struct settings *settings, char *const *environment)
{
    static const char name[] = "LOCALAPPDATA=";
    struct text path;
    if (settings->state_directory[0] != '\0')
        return;
    for (; *environment != NULL; environment++) {
        if (!text_starts_with(*environment, name))
            continue;
        text_start(&path, settings->state_directory, sizeof(settings->state_directory));
        path_add_setting(&path, *environment + sizeof(name) - 1);
        text_add(&path, "/portclaim");
        if (path.truncated || settings->state_directory[0] != '/')
            settings->state_directory[0] = '\0';
    }
}

/* ---- names ---- */

static bool name_file(const struct state *state, const struct request *request, wchar_t *path)
{
    char name[SETTINGS_LIST_SIZE + NAME_SIZE];
    struct text text;
    text_start(&text, name, sizeof(name));
    text_add(&text, state->directory);
    if (request != NULL) {
        text_add(&text, "/");
        breaker_file_add_name(&text, request);
    }
    return state->directory[0] != '\0' && !text.truncated && path_to_wide(name, path, PATH_UNITS);
}

/* "portclaim-VOLUME-FILE-tcp-PORT" of the directory itself, however its path is spelled. */
static bool name_mutex(HANDLE directory, const struct request *request, struct text *name)
{
    BY_HANDLE_FILE_INFORMATION information;
    if (!GetFileInformationByHandle(directory, &information))
        return false;
    text_add(name, "portclaim-");
    text_add_hexadecimal(name, information.dwVolumeSerialNumber, 1);
    text_add(name, "-");
    text_add_hexadecimal(name,
                         (uint64_t)information.nFileIndexHigh << 32 | information.nFileIndexLow, 1);
    text_add(name, "-");
    breaker_file_add_name(name, request);
    return true;
}

/* ---- directory and file ---- */

/* On a share it would be another machine's memory as well, and the lock is of this one alone. */
static bool is_remote(HANDLE handle)
{
    FILE_REMOTE_PROTOCOL_INFO information;
    return GetFileInformationByHandleEx(handle, FileRemoteProtocolInfo, &information,
                                        sizeof(information));
}

/*
 * What leads elsewhere is not used, a link that somebody left there; nor what others can write to,
 * who could have been there first.
 */
static bool is_own(HANDLE handle, bool directory)
{
    BY_HANDLE_FILE_INFORMATION information;
    return GetFileInformationByHandle(handle, &information) &&
           (information.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0 &&
           ((information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) == directory &&
           !is_remote(handle) && security_is_private(handle);
}

static HANDLE open_own(const wchar_t *path, DWORD access, DWORD disposition, bool directory)
{
    DWORD flags = FILE_FLAG_OPEN_REPARSE_POINT | (directory ? FILE_FLAG_BACKUP_SEMANTICS : 0);
    HANDLE handle = CreateFileW(path, access, ANYBODY_MAY, NULL, disposition, flags, NULL);
    if (handle == INVALID_HANDLE_VALUE || is_own(handle, directory))
        return handle;
    (void)CloseHandle(handle);
    return INVALID_HANDLE_VALUE;
}

static void close_file(HANDLE file)
{
    if (file != INVALID_HANDLE_VALUE)
        (void)CloseHandle(file);
}

static HANDLE open_directory(const struct state *state, bool create)
{
    wchar_t path[PATH_UNITS];
    if (!name_file(state, NULL, path))
        return INVALID_HANDLE_VALUE;
    if (create)
        security_make_private_directory(path);
    return open_own(path, FILE_READ_ATTRIBUTES | READ_CONTROL, OPEN_EXISTING, true);
}

static HANDLE open_file(const struct state *state, const struct request *request, bool create)
{
    wchar_t path[PATH_UNITS];
    if (!name_file(state, request, path))
        return INVALID_HANDLE_VALUE;
    return open_own(path, GENERIC_READ | (create ? GENERIC_WRITE : 0),
                    create ? OPEN_ALWAYS : OPEN_EXISTING, false);
}

/* ---- the lock ---- */

/*
 * For every session of the machine, as the user's services and programs share the ports. Where a
 * sandbox has no global names, for this session.
 */
static HANDLE open_mutex(HANDLE directory, const struct request *request)
{
    static const char *const spaces[] = {"Global\\", "Local\\"};
    HANDLE mutex = NULL;
    for (size_t index = 0; mutex == NULL && index < sizeof(spaces) / sizeof(spaces[0]); index++) {
        char name[NAME_SIZE];
        struct text text;
        text_start(&text, name, sizeof(name));
        text_add(&text, spaces[index]);
        if (!name_mutex(directory, request, &text))
            return NULL;
        mutex = CreateMutexA(NULL, FALSE, name);
    }
    return mutex;
}

static enum lock take(struct state *state, HANDLE mutex, const struct request *request)
{
    switch (WaitForSingleObject(mutex, 0)) {
    case WAIT_OBJECT_0:
    case WAIT_ABANDONED:
        break;
    case WAIT_TIMEOUT:
        return LOCK_BUSY;
    default:
        return LOCK_UNAVAILABLE;
    }
    state->file = open_file(state, request, true);
    if (state->file != INVALID_HANDLE_VALUE) {
        state->mutex = mutex;
        return LOCK_TAKEN;
    }
    (void)ReleaseMutex(mutex);
    return LOCK_UNAVAILABLE;
}

enum lock state_lock(struct state *state, const struct request *request)
{
    HANDLE directory = open_directory(state, true);
    if (directory == INVALID_HANDLE_VALUE)
        return LOCK_UNAVAILABLE;
    HANDLE mutex = open_mutex(directory, request);
    close_file(directory);
    if (mutex == NULL)
        return LOCK_UNAVAILABLE;
    enum lock lock = take(state, mutex, request);
    if (lock != LOCK_TAKEN)
        (void)CloseHandle(mutex);
    return lock;
}

void state_unlock(struct state *state)
{
    close_file(state->file);
    state->file = INVALID_HANDLE_VALUE;
    if (state->mutex == NULL)
        return;
    (void)ReleaseMutex(state->mutex);
    (void)CloseHandle(state->mutex);
    state->mutex = NULL;
}

/* ---- the memory ---- */

static bool read_at(HANDLE file, size_t offset, void *bytes, size_t size)
{
    OVERLAPPED place = {.Offset = (DWORD)offset};
    DWORD length = 0;
    return ReadFile(file, bytes, (DWORD)size, &length, &place) && length == size;
}

static bool write_at(HANDLE file, size_t offset, const void *bytes, size_t size)
{
    OVERLAPPED place = {.Offset = (DWORD)offset};
    DWORD length = 0;
    return WriteFile(file, bytes, (DWORD)size, &length, &place) && length == size;
}

static void read_memory(HANDLE file, struct breaker_memory *memory)
{
    uint32_t magic = 0;
    bool read = file != INVALID_HANDLE_VALUE &&
                read_at(file, offsetof(struct breaker_file, magic), &magic, sizeof(magic)) &&
                read_at(file, offsetof(struct breaker_file, memory), memory, sizeof(*memory));
    breaker_file_accept(memory, magic, read);
}

void state_recall(const struct state *state, const struct request *request,
                  struct breaker_memory *memory)
{
    bool locked = state->file != INVALID_HANDLE_VALUE;
    HANDLE file = locked ? state->file : open_file(state, request, false);
    read_memory(file, memory);
    if (!locked)
        close_file(file);
}

void state_remember(const struct state *state, const struct breaker_memory *memory)
{
    const uint32_t magic = BREAKER_FILE_MAGIC;
    if (state->file != INVALID_HANDLE_VALUE &&
        write_at(state->file, offsetof(struct breaker_file, memory), memory, sizeof(*memory)))
        (void)write_at(state->file, offsetof(struct breaker_file, magic), &magic, sizeof(magic));
}
