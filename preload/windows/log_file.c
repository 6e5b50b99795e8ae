#include "log_file.h"

#include "path.h"
#include "system.h"

static HANDLE open_log_file(const wchar_t *path)
{
    return CreateFileW(path, FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | DELETE | SYNCHRONIZE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL, NULL);
}

static bool has_room(HANDLE file, size_t length, uint64_t bound)
{
    LARGE_INTEGER size;
    return GetFileType(file) != FILE_TYPE_DISK ||
           (GetFileSizeEx(file, &size) && (uint64_t)size.QuadPart + length <= bound);
}

/*
 * Through its name, since a rename through the handle (FileRenameInfo) is missing in Wine 8: of two
 * processes that find the file full at one moment, the later one would move the new file onto the
 * full one. So whoever opened the file looks at it again under its name, and moves only a full one;
 * what is left of the race costs a predecessor and never a line.
 */
static void rotate(const wchar_t *path, size_t length)
{
    wchar_t predecessor[PATH_UNITS];
    size_t end = wcslen(path);
    HANDLE file = open_log_file(path);
    if (file == INVALID_HANDLE_VALUE)
        return;
    bool full = !has_room(file, length, LOG_FILE_FULL);
    (void)CloseHandle(file);
    if (!full || end + sizeof(".1") > PATH_UNITS)
        return;
    wcscpy(predecessor, path);
    wcscpy(predecessor + end, L".1");
    (void)MoveFileExW(path, predecessor, MOVEFILE_REPLACE_EXISTING);
}

bool log_file_append(const char *path, const char *line, size_t length)
{
    wchar_t wide[PATH_UNITS];
    DWORD written = 0;
    if (!path_to_wide(path, wide, PATH_UNITS))
        return false;
    HANDLE file = open_log_file(wide);
    if (file != INVALID_HANDLE_VALUE && !has_room(file, length, LOG_FILE_FULL)) {
        (void)CloseHandle(file);
        rotate(wide, length);
        file = open_log_file(wide);
    }
    if (file == INVALID_HANDLE_VALUE)
        return false;
    bool appended = has_room(file, length, LOG_FILE_CLOSED) &&
                    WriteFile(file, line, (DWORD)length, &written, NULL) && written == length;
    (void)CloseHandle(file);
    return appended;
}
