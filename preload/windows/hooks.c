#include "hooks.h"

#include "claiming.h"
#include "detour.h"
#include "imports.h"
#include "log.h"
#include "next.h"
#include "startup.h"

/* A claim that succeeded leaves the last error as it was, as on Linux errno. */
static int answer(int error, int entry_error)
{
    WSASetLastError(error == 0 ? entry_error : error);
    return error == 0 ? 0 : SOCKET_ERROR;
}

/* Those that go no further find the error of their own call, and none of ours. */
static const struct settings *settings_for(int error)
{
    if (!claiming_is_cause(error))
        return NULL;
    const struct settings *settings = startup_settings();
    WSASetLastError(error);
    return settings;
}

static bool would_share(SOCKET socket, const struct sockaddr *address, int length, int entry_error)
{
    const struct settings *settings = startup_settings();
    bool shares = settings != NULL && claiming_would_share(settings, socket, address, length);
    WSASetLastError(entry_error);
    return shares;
}

static int WSAAPI bind_hook(SOCKET socket, const struct sockaddr *address, int length)
{
    int entry_error = WSAGetLastError();
    if (would_share(socket, address, length, entry_error))
        return answer(claiming_bind(startup_settings(), socket, address, length, 0), entry_error);
    int result = next_bind(socket, address, length);
    if (result == 0)
        return result;
    int error = WSAGetLastError();
    const struct settings *settings = settings_for(error);
    if (settings == NULL)
        return result;
    return answer(claiming_bind(settings, socket, address, length, error), entry_error);
}

/*
 * The next instance looks for this socket in the table of owners. Wine 8 puts a PID there once the
 * process has asked for an option that only Unix can answer; on Windows it is a question like any.
 */
static void help_next_restart(SOCKET socket, int last_error)
{
    int value;
    int length = sizeof(value);
    (void)getsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, &length);
    WSASetLastError(last_error);
}

static int WSAAPI listen_hook(SOCKET socket, int backlog)
{
    int entry_error = WSAGetLastError();
    int error = next_listen(socket, backlog) == 0 ? 0 : WSAGetLastError();
    const struct settings *settings = error == 0 ? NULL : settings_for(error);
    int result = error == 0 ? 0 : SOCKET_ERROR;
    if (settings != NULL)
        result = answer(claiming_listen(settings, socket, backlog, error), entry_error);
    if (result == 0)
        help_next_restart(socket, WSAGetLastError());
    return result;
}

/* ---- installation ---- */

/* Where code cannot be changed, the tables through which modules reach it can. */
static bool install(const char *name, void *replacement, void **next)
{
    void *function = (void *)GetProcAddress(GetModuleHandleW(L"ws2_32.dll"), name);
    if (function == NULL)
        return false;
    if (detour_install(function, replacement, next) == DETOUR_DONE)
        return true;
    *next = function;
    return imports_replace(L"ws2_32.dll", name, replacement, next);
}

bool hooks_install(void)
{
    bool installed = install("bind", (void *)bind_hook, (void **)&next_bind);
    return install("listen", (void *)listen_hook, (void **)&next_listen) && installed;
}
