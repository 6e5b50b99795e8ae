#include "command/users.h"

#include "core/text.h"

#include <pwd.h>
#include <stddef.h>
#include <unistd.h>

enum { USER_SIZE = 64 };

const char *users_name(uint32_t user)
{
    static char shown[USER_SIZE];
    const struct passwd *entry = getpwuid(user);
    struct text text;
    text_start(&text, shown, sizeof(shown));
    if (entry != NULL)
        text_add(&text, entry->pw_name);
    else
        text_add_number(&text, user);
    return shown;
}

bool users_own_sockets(void)
{
    return true;
}

const char *users_see_more(void)
{
    return geteuid() == 0 ? NULL : "look again as root";
}
