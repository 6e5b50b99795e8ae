#include "command/input.h"

#include "allocate.h"
#include "system_error.h"
#include "windows/named_file.h"
#include "windows/path.h"

#include <string.h>

static struct input_identity identity_of(HANDLE handle)
{
    struct input_identity identity = {0};
    struct file file;
    BY_HANDLE_FILE_INFORMATION information;
    if (GetFileType(handle) != FILE_TYPE_DISK || !named_file_identify(handle, &information, &file))
        return identity;
    identity.known = true;
    identity.regular = (information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
    identity.device = file.device;
    identity.inode = file.inode;
    return identity;
}

/*
 * Whoever writes a record renames it when it is full, which a file that is open must allow
 * (FILE_SHARE_DELETE; fopen() does not).
 */
static HANDLE open_path(const char *path, DWORD access, DWORD *error)
{
    HANDLE handle = INVALID_HANDLE_VALUE;
    wchar_t *wide = allocate(NAMED_FILE_UNITS * sizeof(*wide));
    if (path_to_wide(path, wide, NAMED_FILE_UNITS)) {
        handle = CreateFileW(wide, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                             NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
        *error = GetLastError();
    } else {
        *error = ERROR_INVALID_NAME;
    }
    free(wide);
    return handle;
}

static const char *open_standard(struct input *input)
{
    HANDLE handle = GetStdHandle(STD_INPUT_HANDLE);
    if (handle == NULL || handle == INVALID_HANDLE_VALUE)
        return "there is no standard input";
    *input = (struct input){(intptr_t)handle, true, identity_of(handle)};
    return NULL;
}

const char *input_open(struct input *input, const char *path)
{
    DWORD error;
    if (strcmp(path, "-") == 0)
        return open_standard(input);
    HANDLE handle = open_path(path, GENERIC_READ, &error);
    if (handle == INVALID_HANDLE_VALUE)
        return system_error(error);
    *input = (struct input){(intptr_t)handle, false, identity_of(handle)};
    if (!input->identity.known || input->identity.regular)
        return NULL;
    (void)CloseHandle(handle);
    return "it is a directory";
}

/* A pipe ends with an error, once nobody can write to it any more. */
ptrdiff_t input_read(const struct input *input, void *bytes, size_t size, const char **problem)
{
    DWORD count = 0;
    DWORD most = size < MAXDWORD ? (DWORD)size : MAXDWORD;
    if (ReadFile((HANDLE)input->handle, bytes, most, &count, NULL))
        return (ptrdiff_t)count;
    DWORD error = GetLastError();
    if (error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF)
        return 0;
    *problem = system_error(error);
    return -1;
}

void input_close(const struct input *input)
{
    if (!input->standard)
        (void)CloseHandle((HANDLE)input->handle);
}

struct input_identity input_identify(const char *path)
{
    DWORD error;
    struct input_identity identity = {0};
    HANDLE handle = open_path(path, FILE_READ_ATTRIBUTES, &error);
    if (handle == INVALID_HANDLE_VALUE)
        return identity;
    identity = identity_of(handle);
    (void)CloseHandle(handle);
    return identity;
}

/* isatty() says so of every device, NUL too. */
bool input_is_terminal(void)
{
    DWORD mode;
    return GetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), &mode);
}
