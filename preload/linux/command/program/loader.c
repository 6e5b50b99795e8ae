#include "loader.h"

#include "core/text.h"
#include "linux/system.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAILED = 2 };

/* glibc's, where the ABIs of these machines want them; musl's know no "$LIB". */
static bool is_of_this_system(const char *loader)
{
    static const char *const loaders[] = {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux.so.2"};
    for (size_t index = 0; index < sizeof(loaders) / sizeof(loaders[0]); index++) {
        if (text_equal(loader, loaders[index]))
            return true;
    }
    return false;
}

/* In the child. */
static _Noreturn void become_loader(const struct program *program, const char *entry, int output)
{
    char *preload;
    char *arguments[] = {(char *)program->loader, (char *)"--list", (char *)program->path, NULL};
    char *environment[] = {NULL, NULL};
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (asprintf(&preload, "LD_PRELOAD=%s", entry) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
        dup2(nothing, STDERR_FILENO) >= 0) {
        environment[0] = preload;
        (void)execve(program->loader, arguments, environment);
    }
    _exit(FAILED);
}

/*
 * What it says is to be read from the stream. Its end is told by no signal (clone(2), exit_signal
 * 0): a SIGCHLD that is blocked would wait for the program that this process becomes.
 */
static FILE *start(const struct program *program, const char *entry, pid_t *pid)
{
    enum { READ, WRITE };
    int channel[2];
    if (pipe2(channel, O_CLOEXEC) != 0)
        err(FAILED, "portclaim");
    *pid = (pid_t)SYSTEM(clone, 0);
    if (*pid == 0)
        become_loader(program, entry, channel[WRITE]);
    (void)close(channel[WRITE]);
    FILE *output = fdopen(channel[READ], "r");
    if (output == NULL)
        err(FAILED, "portclaim");
    return output;
}

/*
 * "\t/usr/local/$LIB/libportclaim.so => /usr/local/lib32/libportclaim.so (0xf7ee9000)"; older ones
 * leave out what stands before the arrow.
 */
static bool read_line(char *line, const char *name, char *path)
{
    static const char arrow[] = " => ";
    char *found = strstr(line, arrow);
    char *end = strstr(line, " (0x");
    found = found == NULL ? line + strspn(line, "\t") : found + strlen(arrow);
    if (end == NULL || end < found)
        return false;
    *end = '\0';
    return found[0] == '/' && text_equal(text_base_name(found), name) &&
           text_copy(path, PATH_MAX, found);
}

bool loader_resolve(const struct program *program, const char *entry, char *path)
{
    pid_t pid;
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    if (!is_of_this_system(program->loader))
        return false;
    FILE *output = start(program, entry, &pid);
    while (getline(&line, &size, output) > 0)
        found = found || read_line(line, text_base_name(entry), path);
    free(line);
    (void)fclose(output);
    if (pid > 0)
        (void)waitpid(pid, NULL, __WALL);
    return found;
}
