/*
 * Which system a record comes from. No event names it: the names of signals, units and the form of
 * paths do, and where there are none of them, a program's name that ends as those of Windows do.
 */
#include "story_state.h"

#include <string.h>

/* As windows/signals.c names them; before it asks, it says "CTRL_BREAK or WM_CLOSE". */
static bool is_signal_of_windows(const char *signal)
{
    return text_starts_with(signal, "CTRL_BREAK") || strcmp(signal, "WM_CLOSE") == 0 ||
           strcmp(signal, "TerminateProcess") == 0;
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* "C:/Apps/node.exe", "//server/share/node.exe": windows/named_file.h */
static bool is_path_of_windows(const char *path)
{
    return (is_letter(path[0]) && path[1] == ':' && path[2] == '/') ||
           (path[0] == '/' && path[1] == '/');
}

static enum story_system system_of(const struct record *record)
{
    const char *program = record->holder.program;
    if (is_signal_of_windows(record->signal) || is_path_of_windows(program))
        return SYSTEM_WINDOWS;
    if (record->self_unit[0] != '\0' || record->holder.unit[0] != '\0' || program[0] == '/' ||
        text_starts_with(record->signal, "SIG"))
        return SYSTEM_LINUX;
    return SYSTEM_UNKNOWN;
}

/* A program of that name can run on Linux as well, under Wine. */
static bool looks_like_windows(const struct record *record)
{
    return text_ends_with(record->self, ".exe") || text_ends_with(record->holder.name, ".exe");
}

void story_system_add(struct story_endpoint *told, const struct record *record)
{
    if (told->system_is_certain)
        return;
    enum story_system system = system_of(record);
    told->system_is_certain = system != SYSTEM_UNKNOWN;
    if (told->system_is_certain)
        told->system = system;
    else if (looks_like_windows(record))
        told->system = SYSTEM_WINDOWS;
}
