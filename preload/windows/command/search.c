#include "search.h"

#include "allocate.h"
#include "windows/system.h"

static const wchar_t default_extensions[] = L".COM;.EXE;.BAT;.CMD";

static const wchar_t *extension_of(const wchar_t *path)
{
    const wchar_t *point = wcsrchr(path, L'.');
    return point != NULL && wcspbrk(point, L"\\/:") == NULL ? point : L"";
}

bool search_is_batch(const wchar_t *path)
{
    const wchar_t *extension = extension_of(path);
    return _wcsicmp(extension, L".bat") == 0 || _wcsicmp(extension, L".cmd") == 0;
}

/* NULL when it is not set. */
static wchar_t *variable(const wchar_t *name)
{
    DWORD count = GetEnvironmentVariableW(name, NULL, 0);
    if (count == 0)
        return NULL;
    wchar_t *value = allocate(count * sizeof(*value));
    value[0] = L'\0';
    (void)GetEnvironmentVariableW(name, value, count);
    return value;
}

/* The next entry of a list that semicolons divide, without the quotes that PATH may have. */
static bool next_entry(const wchar_t **cursor, wchar_t *entry, size_t count)
{
    size_t length = 0;
    bool quoted = false;
    const wchar_t *at = *cursor;
    if (*at == L'\0')
        return false;
    for (; *at != L'\0' && (quoted || *at != L';'); at++) {
        if (*at == L'"')
            quoted = !quoted;
        else if (length < count - 1)
            entry[length++] = *at;
    }
    entry[length] = L'\0';
    *cursor = at + (*at == L';');
    return true;
}

static bool is_file(const wchar_t *path)
{
    DWORD attributes = GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

/* False when it does not fit; `path` is then not to be used. */
static bool join(wchar_t *path, const wchar_t *directory, const wchar_t *name,
                 const wchar_t *extension)
{
    size_t length = wcslen(directory);
    const wchar_t *between =
        length == 0 || wcschr(L"\\/:", directory[length - 1]) != NULL ? L"" : L"\\";
    if (length + wcslen(between) + wcslen(name) + wcslen(extension) >= SEARCH_PATH_COUNT)
        return false;
    wcscpy(path, directory);
    wcscat(path, between);
    wcscat(path, name);
    wcscat(path, extension);
    return true;
}

static bool find_in(const wchar_t *directory, const wchar_t *name, const wchar_t *extensions,
                    wchar_t *path)
{
    wchar_t extension[SEARCH_PATH_COUNT];
    if (*extension_of(name) != L'\0' && join(path, directory, name, L"") && is_file(path))
        return true;
    while (next_entry(&extensions, extension, SEARCH_PATH_COUNT)) {
        if (*extension != L'\0' && join(path, directory, name, extension) && is_file(path))
            return true;
    }
    return false;
}

static bool find_everywhere(const wchar_t *name, const wchar_t *extensions, wchar_t *path)
{
    wchar_t directory[SEARCH_PATH_COUNT];
    if (wcspbrk(name, L"\\/:") != NULL || NeedCurrentDirectoryForExePathW(name)) {
        if (find_in(L"", name, extensions, path))
            return true;
    }
    if (wcspbrk(name, L"\\/:") != NULL)
        return false;
    wchar_t *list = variable(L"PATH");
    const wchar_t *cursor = list != NULL ? list : L"";
    bool found = false;
    while (!found && next_entry(&cursor, directory, SEARCH_PATH_COUNT))
        found = *directory != L'\0' && find_in(directory, name, extensions, path);
    free(list);
    return found;
}

bool search_program(const wchar_t *name, wchar_t *path)
{
    wchar_t found[SEARCH_PATH_COUNT];
    wchar_t *extensions = variable(L"PATHEXT");
    bool there = *name != L'\0' &&
                 find_everywhere(name, extensions != NULL ? extensions : default_extensions, found);
    free(extensions);
    if (!there)
        return false;
    DWORD count = GetFullPathNameW(found, SEARCH_PATH_COUNT, path, NULL);
    return count > 0 && count < SEARCH_PATH_COUNT;
}
