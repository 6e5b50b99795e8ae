/* detour.exe: the fallback, by import and export tables. */
#include "detour.h"

#include "windows/detour.h"
#include "windows/imports.h"

#include <stdio.h>
#include <string.h>

typedef int WINAPI bind_function(SOCKET, const struct sockaddr *, int);
typedef bind_function *find_function(BOOL by_number);

static bind_function *original;
static unsigned replaced_calls;

static int WINAPI replacement(SOCKET socket, const struct sockaddr *address, int length)
{
    replaced_calls++;
    return original(socket, address, length);
}

/* Each call must fail as bind does when it is given no socket. True when `replacement` was called.
 */
static bool replaced(const char *what, bind_function *function)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    unsigned before = replaced_calls;
    WSASetLastError(0);
    int result = function(INVALID_SOCKET, (struct sockaddr *)&address, sizeof address);
    expect(result == SOCKET_ERROR && WSAGetLastError() == WSAENOTSOCK, "%s: %d, error %d", what,
           result, WSAGetLastError());
    return replaced_calls != before;
}

static void *address_of(FARPROC function)
{
    void *address;
    memcpy(&address, &function, sizeof address);
    return address;
}

static bind_function *of_library(HMODULE library, const char *name)
{
    bind_function *function;
    void *address = address_of(GetProcAddress(library, name));
    memcpy(&function, &address, sizeof function);
    return function;
}

static find_function *finder(HMODULE library)
{
    find_function *function;
    void *address = address_of(GetProcAddress(library, "library_find"));
    memcpy(&function, &address, sizeof function);
    return function;
}

static bool own_import(const char *what)
{
    return replaced(what, bind);
}

static void refused(const wchar_t *module, const char *name)
{
    void *found = &found;
    expect(!imports_replace(module, name, (void *)replacement, &found) && found == NULL,
           "%ls!%s replaced", module, name);
}

/* The same library again, under another name: for the loader another one. */
static HMODULE load_later(const char *library)
{
    char copy[MAX_PATH];
    char directory[MAX_PATH - 32];
    (void)GetTempPathA(sizeof directory, directory);
    (void)snprintf(copy, sizeof copy, "%sdetour-later-%lu.dll", directory, GetCurrentProcessId());
    (void)CopyFileA(library, copy, FALSE);
    HMODULE loaded = LoadLibraryA(copy);
    expect(loaded != NULL, "no %s", copy);
    return loaded;
}

void test_imports(const char *library, bool dynamic_code)
{
    WSADATA data;
    (void)WSAStartup(MAKEWORD(2, 2), &data);
    HMODULE loaded = LoadLibraryA(library);
    if (!expect(loaded != NULL, "no %s", library))
        return;
    HMODULE winsock = GetModuleHandleW(L"ws2_32.dll");
    void *before = address_of(GetProcAddress(winsock, "bind"));
    expect(!replaced("by import", of_library(loaded, "library_bind")), "replaced too early");
    if (!dynamic_code) {
        void *trampoline;
        forbid_dynamic_code();
        expect(detour_install(before, (void *)replacement, &trampoline) == DETOUR_PROTECTED,
               "the detour was not refused");
    }
    refused(L"ws2_32.dll", "no_such_function");
    refused(L"no-such-library.dll", "bind");

    void *found;
    if (!expect(imports_replace(L"ws2_32.dll", "bind", (void *)replacement, &found),
                "nothing replaced"))
        return;
    expect(found == before, "original is %p, was %p", found, before);
    memcpy(&original, &found, sizeof original);
    expect(replaced("by import", of_library(loaded, "library_bind")), "import not replaced");
    expect(!own_import("own import"), "own import replaced");

    /* Who looks it up, and who is loaded, from now on: where the export could be replaced. */
    find_function *find = finder(loaded);
    bool exported = replaced("by name", find(FALSE));
    bool by_number = replaced("by number", find(TRUE));
    HMODULE later = load_later(library);
    bool by_later = replaced("loaded later", of_library(later, "library_bind"));
    printf("export %s, ws2_32 at %p, replacement at %p\n", exported ? "replaced" : "kept",
           (void *)winsock, (void *)replacement);
    expect(by_number == exported && by_later == exported, "by number %d, later %d", by_number,
           by_later);
    expect(exported || !dynamic_code, "export not replaced");
}
