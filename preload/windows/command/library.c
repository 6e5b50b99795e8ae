#include "library.h"

#include "core/text.h"
#include "core/version.h"
#include "executable.h"
#include "windows/version.h"

/* NULL: this program's directory. */
static bool name_file(const wchar_t *command, wchar_t *path)
{
    static const wchar_t name[] = L"portclaim.dll";
    size_t count = 0;
    if (command == NULL)
        count = GetModuleFileNameW(NULL, path, INJECT_PATH_COUNT);
    else if ((count = wcslen(command)) < INJECT_PATH_COUNT)
        wcscpy(path, command);
    wchar_t *last = count < INJECT_PATH_COUNT ? wcsrchr(path, L'\\') : NULL;
    if (last == NULL ||
        (size_t)(last + 1 - path) + sizeof(name) / sizeof(*name) > INJECT_PATH_COUNT) {
        path[0] = L'\0';
        return false;
    }
    wcscpy(last + 1, name);
    return true;
}

bool library_read_version(const wchar_t *path, char *version)
{
    struct executable executable;
    executable_read(path, &executable);
    return executable.format == EXECUTABLE_LIBRARY &&
           executable.machine == IMAGE_FILE_MACHINE_AMD64 &&
           executable_read_export(path, VERSION_EXPORT, version, LIBRARY_VERSION_SIZE);
}

/*
 * Mapped as an image, and for its resources: so the system checks that it is whole, loads nothing
 * that it imports, and calls nothing in it (LoadLibraryExW, learn.microsoft.com). A program whose
 * DLL was cut would not start.
 */
static enum library_finding read(struct library *library)
{
    HMODULE mapped = LoadLibraryExW(library->path, NULL, LOAD_LIBRARY_AS_IMAGE_RESOURCE);
    if (mapped == NULL) {
        DWORD error = GetLastError();
        return error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION ? LIBRARY_UNREADABLE
                                                                                : LIBRARY_NOT_OURS;
    }
    (void)FreeLibrary(mapped);
    if (!library_read_version(library->path, library->version))
        return LIBRARY_NOT_OURS;
    return text_equal(library->version, PORTCLAIM_VERSION) ? LIBRARY_FITS : LIBRARY_OTHER_VERSION;
}

enum library_finding library_find(const wchar_t *command, struct library *library)
{
    library->version[0] = '\0';
    if (!name_file(command, library->path))
        return LIBRARY_TOO_FAR;
    if (GetFileAttributesW(library->path) == INVALID_FILE_ATTRIBUTES)
        return LIBRARY_MISSING;
    return read(library);
}
