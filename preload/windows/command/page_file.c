#include "command/page_file.h"

#include "allocate.h"
#include "system_error.h"
#include "windows/named_file.h"
#include "windows/path.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <string.h>

enum {
    SHARED = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
    MOST_TEMPORARIES = 100, /* names that are tried */
};

/* ---- names ---- */

/* NULL when no path can be so long. */
static wchar_t *widen(const char *path)
{
    wchar_t *wide = allocate(NAMED_FILE_UNITS * sizeof(*wide));
    if (path_to_wide(path, wide, NAMED_FILE_UNITS))
        return wide;
    free(wide);
    return NULL;
}

/*
 * Devices have names in every directory ("nul", "C:\x\con"), which only Windows knows: it puts
 * "\\.\" in front of them. Behind a colon is a stream within a file
 * (learn.microsoft.com/windows/win32/fileio/naming-a-file, file-streams).
 */
static const char *name_problem(const wchar_t *wide)
{
    static const wchar_t device[] = L"\\\\.\\";
    const char *problem = NULL;
    wchar_t *full = allocate(NAMED_FILE_UNITS * sizeof(*full));
    DWORD count = GetFullPathNameW(wide, NAMED_FILE_UNITS, full, NULL);
    const wchar_t *last = count > 0 && count < NAMED_FILE_UNITS ? wcsrchr(full, L'\\') : NULL;
    if (last == NULL || last[1] == L'\0')
        problem = "no file can have such a name";
    else if (wcsncmp(full, device, wcslen(device)) == 0)
        problem = "this is the name of a device; name another file";
    else if (wcschr(last, L':') != NULL)
        problem = "a page can be no stream within a file; name a file";
    free(full);
    return problem;
}

/* ---- what is there ---- */

/* A link by the name (a symbolic one, a junction); not a file that lies in a cloud, or
 * deduplicated. */
static bool is_link(HANDLE handle, DWORD attributes)
{
    FILE_ATTRIBUTE_TAG_INFO tag;
    if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0)
        return false;
    return !GetFileInformationByHandleEx(handle, FileAttributeTagInfo, &tag, sizeof(tag)) ||
           IsReparseTagNameSurrogate(tag.ReparseTag);
}

static bool is_regular(HANDLE handle)
{
    BY_HANDLE_FILE_INFORMATION information;
    return GetFileType(handle) == FILE_TYPE_DISK &&
           GetFileInformationByHandle(handle, &information) &&
           (information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0 &&
           !is_link(handle, information.dwFileAttributes);
}

static const char *place_problem(const wchar_t *wide)
{
    HANDLE handle = CreateFileW(wide, FILE_READ_ATTRIBUTES, SHARED, NULL, OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        DWORD error = GetLastError();
        return error == ERROR_FILE_NOT_FOUND ? NULL : system_error(error);
    }
    bool regular = is_regular(handle);
    (void)CloseHandle(handle);
    return regular ? NULL : "something else than a regular file is there; name another";
}

/* Who may do what with the file that is there, as a new one is to have it; NULL: as its directory
 * says. */
static SECURITY_DESCRIPTOR *rights_of(const wchar_t *wide)
{
    DWORD size = 0;
    (void)GetFileSecurityW(wide, DACL_SECURITY_INFORMATION, NULL, 0, &size);
    if (size == 0)
        return NULL;
    SECURITY_DESCRIPTOR *rights = allocate(size);
    if (GetFileSecurityW(wide, DACL_SECURITY_INFORMATION, rights, size, &size))
        return rights;
    free(rights);
    return NULL;
}

/* ---- the file beside it ---- */

/* Also where a link of that name is: CREATE_NEW follows none that is opened as such. */
static HANDLE create(const char *path, SECURITY_ATTRIBUTES *rights, DWORD *error)
{
    wchar_t *wide = widen(path);
    if (wide == NULL) {
        *error = ERROR_FILENAME_EXCED_RANGE;
        return INVALID_HANDLE_VALUE;
    }
    HANDLE handle = CreateFileW(wide, GENERIC_WRITE, FILE_SHARE_READ, rights, CREATE_NEW,
                                FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    *error = GetLastError();
    free(wide);
    return handle;
}

static HANDLE create_beside(struct page_file *file, SECURITY_ATTRIBUTES *rights, DWORD *error)
{
    for (int number = 0; number < MOST_TEMPORARIES; number++) {
        if (asprintf(&file->temporary, "%s.%lu-%d", file->path, GetCurrentProcessId(), number) < 0)
            err(2, "portclaim");
        HANDLE handle = create(file->temporary, rights, error);
        if (handle != INVALID_HANDLE_VALUE)
            return handle;
        free(file->temporary);
        if (*error != ERROR_FILE_EXISTS)
            break;
    }
    return INVALID_HANDLE_VALUE;
}

static void remove_temporary(struct page_file *file)
{
    wchar_t *wide = widen(file->temporary);
    if (wide != NULL)
        (void)DeleteFileW(wide);
    free(wide);
}

static const char *open_stream(struct page_file *file, HANDLE handle)
{
    int descriptor = _open_osfhandle((intptr_t)handle, _O_BINARY | _O_WRONLY);
    if (descriptor >= 0)
        file->stream = _fdopen(descriptor, "wb");
    if (file->stream != NULL)
        return NULL;
    const char *problem = strerror(errno);
    if (descriptor >= 0)
        (void)_close(descriptor);
    else
        (void)CloseHandle(handle);
    remove_temporary(file);
    free(file->temporary);
    return problem;
}

const char *page_file_open(struct page_file *file, const char *path)
{
    DWORD error;
    *file = (struct page_file){.path = path};
    wchar_t *wide = widen(path);
    const char *problem = wide != NULL ? name_problem(wide) : system_error(ERROR_INVALID_NAME);
    if (problem == NULL)
        problem = place_problem(wide);
    if (problem != NULL) {
        free(wide);
        return problem;
    }
    SECURITY_ATTRIBUTES rights = {sizeof(rights), rights_of(wide), FALSE};
    free(wide);
    HANDLE handle = create_beside(file, &rights, &error);
    free(rights.lpSecurityDescriptor);
    return handle != INVALID_HANDLE_VALUE ? open_stream(file, handle) : system_error(error);
}

/* ---- in its place ---- */

static const char *replace(const struct page_file *file)
{
    wchar_t *from = widen(file->temporary);
    wchar_t *to = widen(file->path);
    const char *problem = NULL;
    if (from == NULL || to == NULL)
        problem = system_error(ERROR_INVALID_NAME);
    else if (!MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING))
        problem = system_error(GetLastError());
    free(to);
    free(from);
    return problem;
}

const char *page_file_finish(struct page_file *file)
{
    bool written = !ferror(file->stream) && fflush(file->stream) == 0;
    const char *problem = written ? NULL : strerror(errno);
    if (fclose(file->stream) != 0 && problem == NULL)
        problem = strerror(errno);
    if (problem == NULL)
        problem = replace(file);
    if (problem != NULL)
        remove_temporary(file);
    free(file->temporary);
    return problem;
}
