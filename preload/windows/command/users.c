#include "command/users.h"

#include "core/text.h"
#include "known_users.h"

#include <stddef.h>

enum { NUMBER_SIZE = 16 };

const char *users_name(uint32_t user)
{
    static char number[NUMBER_SIZE];
    const char *name = known_users_name(user);
    struct text text;
    if (name != NULL)
        return name;
    text_start(&text, number, sizeof(number));
    text_add_number(&text, user);
    return number;
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
