/*
 * A library as a server has them: it imports bind, and looks it up when asked to, by its name or by
 * its number in ws2_32.
 */
#include "windows/system.h"

enum { ORDINAL_OF_BIND = 2 };

typedef int WINAPI bind_function(SOCKET, const struct sockaddr *, int);

__declspec(dllexport) int library_bind(SOCKET socket, const struct sockaddr *address, int length);
__declspec(dllexport) bind_function *library_find(BOOL by_number);

int library_bind(SOCKET socket, const struct sockaddr *address, int length)
{
    return bind(socket, address, length);
}

bind_function *library_find(BOOL by_number)
{
    const char *name = by_number ? MAKEINTRESOURCEA(ORDINAL_OF_BIND) : "bind";
    return (bind_function *)(void *)GetProcAddress(GetModuleHandleW(L"ws2_32.dll"), name);
}
