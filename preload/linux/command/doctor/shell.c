#include "shell.h"

#include "command/command.h"
#include "command/string_list.h"

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_plain(const char *word)
{
    const char *byte = word;
    while (isalnum((unsigned char)*byte) || (*byte != '\0' && strchr("_-+=./:,@%", *byte) != NULL))
        byte++;
    return *byte == '\0' && word[0] != '\0';
}

char *shell_word(const char *word)
{
    char *quoted = NULL;
    size_t size = 0;
    if (is_plain(word))
        return formatted("%s", word);
    FILE *stream = open_memstream(&quoted, &size);
    if (stream == NULL)
        err(EXIT_MISUSE, "portclaim");
    fputc('\'', stream);
    for (; *word != '\0'; word++)
        fprintf(stream, *word == '\'' ? "'\\%c'" : "%c", *word);
    fputc('\'', stream);
    if (fclose(stream) != 0)
        err(EXIT_MISUSE, "portclaim");
    return quoted;
}

char *shell_systemctl(bool of_user, const char *verb, const char *unit)
{
    char *word = shell_word(unit);
    char *line = formatted("systemctl%s %s %s", of_user ? " --user" : "", verb, word);
    free(word);
    return line;
}
