#include "path.h"

#include "wide.h"

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_separator(char byte)
{
    return byte == '/' || byte == '\\';
}

static bool has_drive(const char *path)
{
    return is_letter(path[0]) && path[1] == ':' && is_separator(path[2]);
}

void path_add_setting(struct text *text, const char *path)
{
    if (has_drive(path))
        text_add(text, "/");
    else if (!is_separator(path[0])) {
        text_add(text, path);
        return;
    }
    for (; *path != '\0'; path++)
        text_add_bytes(text, *path == '\\' ? "/" : path, 1);
}

bool path_to_wide(const char *path, wchar_t *wide, size_t count)
{
    bool whole =
        wide_from_text(path[0] == '/' && has_drive(path + 1) ? path + 1 : path, wide, count);
    for (; *wide != L'\0'; wide++) {
        if (*wide == L'/')
            *wide = L'\\';
    }
    return whole;
}
