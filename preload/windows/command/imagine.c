#include "command/imagine.h"

#include "allocate.h"
#include "search.h"
#include "windows/command_line.h"
#include "windows/processes.h"
#include "windows/system.h"
#include "windows/wide.h"

#include <string.h>

static const wchar_t *skip_blanks(const wchar_t *line)
{
    return line + wcsspn(line, L" \t");
}

/* GetBinaryTypeW, learn.microsoft.com/windows/win32/api/winbase/, knows programs by their heads. */
static const char *why_not(const wchar_t *path)
{
    DWORD kind;
    if (search_is_batch(path))
        return "a batch file only starts the program that takes the port: name that one";
    return GetBinaryTypeW(path, &kind) ? NULL : "it is no program";
}

static bool take_line(const wchar_t *line, wchar_t *name, struct process *self, const char **why)
{
    wchar_t path[SEARCH_PATH_COUNT];
    (void)command_line_program(line, name);
    *why = "no command is named";
    if (name[0] == L'\0')
        return false;
    *why = "there is no such program";
    if (!search_program(name, path))
        return false;
    *why = why_not(path);
    if (*why != NULL)
        return false;
    processes_imagine(path, line, self);
    return true;
}

bool imagine_command(const char *command, struct process *self, const char **why)
{
    size_t count = strlen(command) + 1;
    wchar_t *wide = allocate(count * sizeof(*wide));
    wchar_t *name = allocate(count * sizeof(*name));
    (void)wide_from_text(command, wide, count);
    bool taken = take_line(skip_blanks(wide), name, self, why);
    free(name);
    free(wide);
    return taken;
}

/* Windows has no units. */
void imagine_unit(struct process *self)
{
    self->ancestors_in_unit = 0;
}
