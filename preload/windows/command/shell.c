#include "command/shell.h"

#include "command/string_list.h"
#include "known_users.h"

#include <string.h>

/* To cmd.exe and to PowerShell. A percent sign is a variable's. */
const char shell_harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "/._-:+=";

/* Neither of them has globs of its own. */
char *shell_glob(const char *glob)
{
    return formatted("%s", glob);
}

/* runas(1) of Windows; it has no way for the accounts of services, whose names hold a blank. */
char *shell_run_as(uint32_t user, const char *command)
{
    const char *name = known_users_name(user);
    if (name == NULL || strchr(name, ' ') != NULL || strchr(name, '\\') == NULL)
        return NULL;
    return formatted("runas /user:%s \"%s\"", name, command);
}
