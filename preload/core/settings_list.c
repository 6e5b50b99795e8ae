/* The comma-separated lists among the settings. */
#include "names.h"
#include "settings.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* The bytes up to the next comma, without surrounding blanks, into `entry`. */
static void copy_entry(const char *start, const char *end, char *entry, size_t size)
{
    struct text text;
    while (start < end && is_blank(*start))
        start++;
    while (start < end && is_blank(end[-1]))
        end--;
    text_start(&text, entry, size);
    text_add_bytes(&text, start, (size_t)(end - start));
}

bool settings_next_entry(const char **cursor, char *entry, size_t size)
{
    while (**cursor != '\0') {
        const char *start = *cursor;
        const char *end = start;
        while (*end != '\0' && *end != ',')
            end++;
        *cursor = *end == ',' ? end + 1 : end;
        copy_entry(start, end, entry, size);
        if (entry[0] != '\0')
            return true;
    }
    return false;
}

static bool any_name_matches(const char *glob, const char *const *names, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        const char *name = names[index];
        if (name != NULL && name[0] != '\0' && names_match_glob(glob, name))
            return true;
    }
    return false;
}

bool settings_list_matches(const char *list, const char *const *names, size_t count)
{
    char glob[SETTINGS_LIST_SIZE];
    const char *cursor = list;
    while (settings_next_entry(&cursor, glob, sizeof(glob))) {
        if (any_name_matches(glob, names, count))
            return true;
    }
    return false;
}
