#include "command/shell.h"

#include "command/string_list.h"
#include "command/users.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { FAILED = 2 };

const char shell_harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "/._-:@%+=,";

/* In quotes where it needs to be. */
static char *quote(const char *word)
{
    static const char escaped[] = "'\\''";
    char *quoted = malloc(strlen(word) * strlen(escaped) + sizeof("''"));
    if (quoted == NULL)
        err(FAILED, "portclaim");
    if (word[strspn(word, shell_harmless)] == '\0' && word[0] != '\0')
        return strcpy(quoted, word);
    char *end = stpcpy(quoted, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            end = stpcpy(end, escaped);
        else
            *end++ = *word;
    }
    strcpy(end, "'");
    return quoted;
}

char *shell_glob(const char *glob)
{
    return quote(glob);
}

char *shell_run_as(uint32_t user, const char *command)
{
    char *quoted = quote(users_name(user));
    char *line = formatted("sudo -u %s %s", quoted, command);
    free(quoted);
    return line;
}
