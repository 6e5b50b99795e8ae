#include "names.h"

#include "conventions.h"
#include "holder.h"
#include "settings.h"

#include <stddef.h>

static char fold(char byte)
{
    bool upper = byte >= 'A' && byte <= 'Z';
    return upper && !conventions.names_have_case ? (char)(byte - 'A' + 'a') : byte;
}

const char *names_behind(const char *name, const char *beginning)
{
    for (; *beginning != '\0'; beginning++, name++) {
        if (fold(*name) != fold(*beginning))
            return NULL;
    }
    return name;
}

bool names_program(const char *name, const char *program)
{
    const char *suffix = names_behind(name, program);
    if (suffix == NULL || *suffix == '\0')
        return suffix != NULL;
    const char *end = names_behind(suffix, conventions.program_suffix);
    return end != NULL && *end == '\0';
}

static void copy_folded(char *target, size_t size, const char *string)
{
    size_t length = 0;
    for (; length + 1 < size && string[length] != '\0'; length++)
        target[length] = fold(string[length]);
    target[length] = '\0';
}

bool names_match_glob(const char *glob, const char *name)
{
    char folded_glob[SETTINGS_LIST_SIZE];
    char folded_name[PROCESS_PATH_SIZE];
    if (conventions.names_have_case)
        return text_matches_glob(glob, name);
    copy_folded(folded_glob, sizeof(folded_glob), glob);
    copy_folded(folded_name, sizeof(folded_name), name);
    return text_matches_glob(folded_glob, folded_name);
}
