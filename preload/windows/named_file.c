#include "named_file.h"

#include "wide.h"

#include <limits.h>
#include <string.h>

enum { DRIVE_UNITS = 2 /* "C:" */ };

/* ---- what it is ---- */

/* "Unsupported" is all zeros, and what does not fit is all ones (MS-FSCC 2.1.9, 2.1.10). */
static uint64_t number_of(const void *id, size_t size)
{
    static const FILE_ID_128 zeros;
    FILE_ID_128 ones;
    memset(&ones, UCHAR_MAX, sizeof(ones));
    if (memcmp(id, &zeros, size) == 0 || memcmp(id, &ones, size) == 0)
        return 0;
    return text_hash(TEXT_HASH_START, id, size);
}

/* 128 bits on ReFS, of which the 64 of the older question may not be unique. */
bool named_file_identify(HANDLE handle, BY_HANDLE_FILE_INFORMATION *information, struct file *file)
{
    FILE_ID_INFO id;
    if (GetFileType(handle) != FILE_TYPE_DISK || !GetFileInformationByHandle(handle, information))
        return false;
    file->device = information->dwVolumeSerialNumber;
    const DWORD index[] = {information->nFileIndexLow, information->nFileIndexHigh};
    file->inode = number_of(index, sizeof(index));
    if (GetFileInformationByHandleEx(handle, FileIdInfo, &id, sizeof(id)) &&
        id.VolumeSerialNumber != 0 && number_of(&id.FileId, sizeof(id.FileId)) != 0) {
        file->device = id.VolumeSerialNumber;
        file->inode = number_of(&id.FileId, sizeof(id.FileId));
    }
    file->deleted = false;
    return true;
}

static bool starts_with(const wchar_t *path, const wchar_t *prefix)
{
    return wcsncmp(path, prefix, wcslen(prefix)) == 0;
}

/* "\\?\C:\x" and "\\?\UNC\server\x" say the same as "C:\x" and "\\server\x". */
static bool write_path(wchar_t *path, struct file *file)
{
    static const wchar_t plain[] = L"\\\\?\\";
    static const wchar_t network[] = L"\\\\?\\UNC\\";
    if (starts_with(path, network)) {
        path += wcslen(network) - DRIVE_UNITS;
        path[0] = L'\\';
    } else if (starts_with(path, plain)) {
        path += wcslen(plain);
    }
    for (wchar_t *unit = path; *unit != L'\0'; unit++) {
        if (*unit == L'\\')
            *unit = L'/';
    }
    return wide_to_text(path, file->path, sizeof(file->path));
}

/* A volume without a letter has a GUID. */
static bool read_path(HANDLE handle, struct file *file)
{
    static const DWORD names[] = {VOLUME_NAME_DOS, VOLUME_NAME_GUID};
    wchar_t path[PROCESS_PATH_SIZE];
    for (size_t index = 0; index < sizeof(names) / sizeof(names[0]); index++) {
        DWORD length = GetFinalPathNameByHandleW(handle, path, PROCESS_PATH_SIZE, names[index]);
        if (length > 0 && length < PROCESS_PATH_SIZE)
            return write_path(path, file);
    }
    return false;
}

/* A name can be a device's ("con", "nul"): only what lies on a disk is asked any further. */
bool named_file_read(const wchar_t *path, enum named_file_kind kind, struct file *file)
{
    BY_HANDLE_FILE_INFORMATION information;
    HANDLE handle = CreateFileW(path, FILE_READ_ATTRIBUTES,
                                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    file->path[0] = '\0';
    if (handle == INVALID_HANDLE_VALUE)
        return false;
    bool read = named_file_identify(handle, &information, file);
    if (read && kind == NAMED_FILE_REGULAR)
        read = (information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
    if (read)
        read = read_path(handle, file);
    (void)CloseHandle(handle);
    if (!read)
        file->path[0] = '\0';
    return read;
}

/* ---- where it is ---- */

static bool is_separator(wchar_t unit)
{
    return unit == L'/' || unit == L'\\';
}

static bool has_drive(const wchar_t *path)
{
    return path[0] != L'\0' && path[1] == L':';
}

static bool put(wchar_t *path, size_t count, size_t length, const wchar_t *name)
{
    if (length + wcslen(name) >= count)
        return false;
    wcscpy(path + length, name);
    return true;
}

/* learn.microsoft.com/windows/win32/fileio/naming-a-file: fully qualified and relative paths. */
bool named_file_resolve(wchar_t *directory, size_t count, const wchar_t *name)
{
    size_t length = wcslen(directory);
    if (is_separator(name[0]) && is_separator(name[1])) /* "\\server\share", "\\.\pipe" */
        return name[2] != L'.' && name[2] != L'?' && put(directory, count, 0, name);
    if (has_drive(name))
        return is_separator(name[2]) && put(directory, count, 0, name);
    if (is_separator(name[0]))
        return has_drive(directory) && put(directory, count, DRIVE_UNITS, name);
    if (length > 0 && !is_separator(directory[length - 1])) {
        if (!put(directory, count, length, L"\\"))
            return false;
        length++;
    }
    return put(directory, count, length, name);
}
