/*
 * links: the least that naming every holder of a socket could take. The kernel has no list of them:
 * every descriptor of every process has to be asked for.
 *
 *     links CASE link
 *         reads every link of /proc/PID/fd, as all who look do
 *
 *     links CASE call
 *         one call for each: kcmp(2), the cheapest that takes a PID and a descriptor and leaves the
 *         process alone. Whether two are the same file, which is all that it says, does not find a
 *         holder.
 *
 * Prints "CASE<tab>nanoseconds".
 */
#include "clock.h"

#include <dirent.h>
#include <err.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LONGEST_GAP = 8 /* descriptors that are not open, between others */ };

static long asked_for;

static bool is_number(const char *name)
{
    return name[0] >= '0' && name[0] <= '9';
}

static void visit(const char *path, void (*take)(int directory, const char *name))
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (is_number(entry->d_name))
            take(dirfd(directory), entry->d_name);
    }
    if (directory != NULL)
        (void)closedir(directory);
}

static void read_link(int directory, const char *name)
{
    char link[PATH_MAX];
    asked_for += readlinkat(directory, name, link, sizeof(link)) >= 0;
}

static void read_links(int proc, const char *pid)
{
    char path[NAME_MAX + sizeof("/proc//fd")];
    (void)proc;
    (void)snprintf(path, sizeof(path), "/proc/%s/fd", pid);
    visit(path, read_link);
}

static void call_for_each(int proc, const char *pid)
{
    long number = strtol(pid, NULL, 10);
    int gap = 0;
    (void)proc;
    for (int descriptor = 0; gap < LONGEST_GAP; descriptor++) {
        bool open = syscall(SYS_kcmp, getpid(), number, KCMP_FILE, STDOUT_FILENO, descriptor) >= 0;
        asked_for += open;
        gap = open ? 0 : gap + 1;
    }
}

int main(int count, char **arguments)
{
    if (count != 3)
        errx(EXIT_FAILURE, "usage: links CASE link|call");
    uint64_t start = clock_now();
    visit("/proc", strcmp(arguments[2], "link") == 0 ? read_links : call_for_each);
    uint64_t end = clock_now();
    if (asked_for == 0)
        errx(EXIT_FAILURE, "no descriptor can be asked for");
    clock_tell(arguments[1], (double)(end - start));
    return EXIT_SUCCESS;
}
