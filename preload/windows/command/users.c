#include "command/users.h"

#include "known_users.h"

#include <stddef.h>

const char *users_name(uint32_t user)
{
    const char *name = known_users_name(user);
    return name != NULL ? name : "";
}

/* The tables name a process and no user. */
bool users_own_sockets(void)
{
    return false;
}

static bool is_elevated(void)
{
    TOKEN_ELEVATION elevation = {0};
    DWORD size;
    HANDLE token;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    bool asked =
        GetTokenInformation(token, TokenElevation, &elevation, sizeof(elevation), &size) != 0;
    (void)CloseHandle(token);
    return asked && elevation.TokenIsElevated != 0;
}

const char *users_see_more(void)
{
    return is_elevated() ? NULL : "look again as administrator";
}
