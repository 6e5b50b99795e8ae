#include "detach.h"

#include "linux/files.h"
#include "linux/system.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { STANDARD_STREAMS = 3 };

/* ---- the name ---- */

/*
 * Where the kernel reads our command line: fields 48 and 49 of /proc/self/stat, proc(5), which are
 * shown to the process itself. Linux 3.5.
 */
static bool find_command_line(uint64_t *start, uint64_t *end)
{
    enum { STAT_SIZE = 2048, FIELD_STATE = 3, FIELD_START = 48 };
    char line[STAT_SIZE];
    if (files_read(AT_FDCWD, "/proc/self/stat", line, sizeof(line)) <= 0)
        return false;
    const char *field = strrchr(line, ')'); /* ends the name, which may hold anything */
    for (int number = FIELD_STATE; field != NULL && number <= FIELD_START; number++)
        field = strchr(field + 1, ' ');
    if (field == NULL)
        return false;
    field++;
    if (!text_read_number(&field, INT64_MAX, start) || *field++ != ' ')
        return false;
    return text_read_number(&field, INT64_MAX, end) && *start != 0 && *start < *end;
}

/* No longer than it was: behind it lies the environment. */
static void take_name(void)
{
    uint64_t start;
    uint64_t end;
    struct text name;
    (void)SYSTEM(prctl, PR_SET_NAME, "portclaim");
    if (!find_command_line(&start, &end))
        return;
    char *line = (char *)start; /* NOLINT(performance-no-int-to-ptr): that is how it is told */
    memset(line, 0, end - start);
    text_start(&name, line, end - start);
    text_add(&name, "portclaim supervisor of ");
    text_add_number(&name, (uint64_t)SYSTEM(getppid));
}

/* ---- the rest ---- */

static void redirect_streams(void)
{
    int nothing = files_open(AT_FDCWD, "/dev/null", O_RDWR);
    for (int stream = 0; stream < STANDARD_STREAMS; stream++) {
        if (nothing >= 0)
            (void)SYSTEM(dup3, nothing, stream, 0);
        else
            (void)SYSTEM(close, stream);
    }
    files_close(nothing);
}

int detach(int channel)
{
    const uint64_t all = UINT64_MAX;
    (void)SYSTEM(rt_sigprocmask, SIG_SETMASK, &all, 0, sizeof(all));
    (void)SYSTEM(setsid);
    (void)SYSTEM(chdir, "/");
    channel =
        (int)SYSTEM(dup3, channel, STANDARD_STREAMS, O_CLOEXEC) < 0 ? channel : STANDARD_STREAMS;
    (void)SYSTEM(close_range, STANDARD_STREAMS + 1, UINT32_MAX, 0);
    redirect_streams();
    take_name();
    return channel;
}
