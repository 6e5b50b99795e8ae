#include "proc_stat.h"

#include "files.h"

#include <string.h>

enum {
    STAT_SIZE = 512,
    FIELD_STATE = 3, /* counted from 1 */
    FIELD_PARENT = 4,
    FIELD_PROCESS_GROUP = 5,
    FIELD_FLAGS = 9,
    FIELD_START = 22,
    /*
     * PF_EXITING of include/linux/sched.h. do_exit() in kernel/exit.c sets it, gives back the
     * memory, and with it what /proc/PID/exe names, and closes files after that.
     */
    FLAG_EXITING = 0x4,
};

static uint64_t read_unsigned(const char *field)
{
    uint64_t number = 0;
    text_read_number(&field, INT64_MAX, &number);
    return number;
}

/* The name stands in parentheses and may hold anything, parentheses and blanks included. */
static bool parse_stat(const char *line, struct proc_stat *stat)
{
    const char *open = strchr(line, '(');
    const char *close = strrchr(line, ')');
    if (open == NULL || close == NULL || close < open)
        return false;
    struct text name;
    text_start(&name, stat->name, sizeof(stat->name));
    text_add_bytes(&name, open + 1, (size_t)(close - open - 1));
    const char *field = close + 1;
    for (int number = FIELD_STATE; number <= FIELD_START; number++) {
        if (*field != ' ')
            return false;
        field++;
        if (number == FIELD_STATE)
            stat->state = *field;
        if (number == FIELD_PARENT)
            stat->parent = (int32_t)read_unsigned(field);
        if (number == FIELD_PROCESS_GROUP)
            stat->process_group = (int32_t)read_unsigned(field);
        if (number == FIELD_FLAGS)
            stat->ending = (read_unsigned(field) & FLAG_EXITING) != 0;
        if (number == FIELD_START)
            stat->start_ticks = read_unsigned(field);
        while (*field != ' ' && *field != '\0')
            field++;
    }
    return true;
}

bool proc_stat_read(int directory, const char *path, struct proc_stat *stat)
{
    char line[STAT_SIZE];
    return files_read(directory, path, line, sizeof(line)) > 0 && parse_stat(line, stat);
}

bool proc_stat_read_pid(int32_t pid, struct proc_stat *stat)
{
    char path[NAME_SIZE];
    files_name_number(path, "/proc/", (uint64_t)pid, "/stat");
    return proc_stat_read(AT_FDCWD, path, stat);
}

bool proc_stat_is_over(const struct proc_stat *stat)
{
    return stat->ending || stat->state == 'Z' || stat->state == 'X';
}

bool proc_stat_is_stopped(const struct proc_stat *stat)
{
    return stat->state == 'T' || stat->state == 't';
}
