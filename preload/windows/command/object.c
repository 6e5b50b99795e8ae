#include "object.h"

#include "executable.h"
#include "windows/inject.h"

void object_find(const wchar_t *command, wchar_t *path)
{
    static const wchar_t name[] = L"portclaim.dll";
    size_t count = 0;
    if (command == NULL)
        count = GetModuleFileNameW(NULL, path, INJECT_PATH_COUNT);
    else if ((count = wcslen(command)) < INJECT_PATH_COUNT)
        wcscpy(path, command);
    wchar_t *last = count < INJECT_PATH_COUNT ? wcsrchr(path, L'\\') : NULL;
    if (last == NULL ||
        (size_t)(last + 1 - path) + sizeof(name) / sizeof(*name) > INJECT_PATH_COUNT)
        path[0] = L'\0';
    else
        wcscpy(last + 1, name);
}

bool object_read_version(const wchar_t *path, char *version, size_t size)
{
    return executable_read_export(path, "portclaim_version", version, size);
}
