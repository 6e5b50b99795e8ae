#include "arguments.h"

#include "command_line.h"
#include "core/runners.h"
#include "system.h"
#include "wide.h"

#include <string.h>

/* Trailing NULs do not belong to the arguments, so one stands before each but the first. */
static void add_argument(struct process *process, const char *argument)
{
    struct text text = {
        .bytes = process->arguments,
        .size = sizeof(process->arguments),
        .length = process->arguments_length,
    };
    if (text.length > 0)
        text_add_bytes(&text, "", 1);
    text_add(&text, argument);
    process->arguments_length = (uint32_t)text.length;
}

static void add_to_hash(struct process *process, const char *argument)
{
    process->arguments_hash = text_hash(process->arguments_hash, argument, strlen(argument) + 1);
}

static void turn_slashes(wchar_t *units)
{
    for (; *units != L'\0'; units++) {
        if (*units == L'\\')
            *units = L'/';
    }
}

static bool add(struct arguments_scratch *scratch, struct process *process)
{
    wchar_t *argument = scratch->argument;
    turn_slashes(argument);
    if (!wide_to_text(argument, scratch->bytes, sizeof(scratch->bytes)))
        return false;
    add_argument(process, scratch->bytes);
    /* Unit by unit, so in its own place (LCMapStringEx). */
    int length = (int)wcslen(argument) + 1;
    (void)LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_LOWERCASE, argument, length, argument, length,
                        NULL, NULL, 0);
    (void)wide_to_text(argument, scratch->bytes, sizeof(scratch->bytes));
    add_to_hash(process, scratch->bytes);
    return true;
}

static bool add_program(struct arguments_scratch *scratch, struct process *process)
{
    bool known = (process->known & KNOWN_EXECUTABLE) != 0;
    if (known)
        add_argument(process, process->executable.path);
    return known || add(scratch, process);
}

bool arguments_read(struct arguments_scratch *scratch, struct process *process)
{
    bool looking = true;
    process->arguments_length = 0;
    process->arguments_hash = TEXT_HASH_START;
    process->script[0] = '\0';
    scratch->script[0] = L'\0';
    const wchar_t *cursor = command_line_program(scratch->line, scratch->argument);
    if (!add_program(scratch, process))
        return false;
    while (command_line_next(&cursor, scratch->argument)) {
        if (!wide_to_text(scratch->argument, scratch->bytes, sizeof(scratch->bytes)))
            return false;
        enum runners_argument kind = runners_argument(scratch->bytes);
        if (looking && kind == RUNNERS_SCRIPT)
            wcscpy(scratch->script, scratch->argument);
        looking = looking && kind == RUNNERS_OPTION;
        if (!add(scratch, process))
            return false;
    }
    return process->arguments_length > 0;
}
