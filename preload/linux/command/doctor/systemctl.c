#include "systemctl.h"

#include "command/command.h"
#include "command/doctor/checkup.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_ANSWER = 4 << 20 /* bytes */ };

/* Files, not pipes: systemctl can write all it has to both while nobody reads. */
static int open_answer(const char *name)
{
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    if (descriptor < 0)
        err(EXIT_MISUSE, "portclaim: cannot hold the answer of systemctl");
    return descriptor;
}

static char *read_answer(int descriptor)
{
    char *answer = calloc(1, MOST_ANSWER + 1);
    size_t length = 0;
    ssize_t count;
    if (answer == NULL)
        err(EXIT_MISUSE, "portclaim");
    while ((count = pread(descriptor, answer + length, MOST_ANSWER - length, (off_t)length)) > 0)
        length += (size_t)count;
    close(descriptor);
    return answer;
}

static int spawn(char *const *arguments, int output, int complaints, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
    int error = posix_spawnp(pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static bool ended_well(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void add_lines(const char *answer, struct string_list *lines)
{
    while (*answer != '\0') {
        size_t length = strcspn(answer, "\n");
        string_list_add_bytes(lines, answer, length);
        answer += length;
        answer += *answer == '\n';
    }
}

/* systemctl's own words, on one line. */
static char *what_it_said(char *complaints)
{
    size_t length = strlen(complaints);
    for (size_t index = 0; index < length; index++) {
        if (complaints[index] == '\n')
            complaints[index] = ' ';
    }
    while (length > 0 && complaints[length - 1] == ' ')
        complaints[--length] = '\0';
    return complaints[0] == '\0' ? said("systemctl failed without a word")
                                 : said("systemctl says: %s", complaints);
}

bool systemctl_show(const char *properties, const char *unit, bool of_user,
                    struct string_list *lines, char **why)
{
    struct string_list arguments = {0};
    string_list_add(&arguments, "systemctl");
    if (of_user)
        string_list_add(&arguments, "--user");
    string_list_add(&arguments, "--no-pager");
    string_list_add(&arguments, "show");
    string_list_add(&arguments, "-p");
    string_list_add(&arguments, properties);
    string_list_add(&arguments, "--");
    if (unit != NULL)
        string_list_add(&arguments, unit);
    int output = open_answer("output");
    int complaint = open_answer("complaint");
    pid_t pid = 0;
    int error = spawn(arguments.list, output, complaint, &pid);
    bool well = error == 0 && ended_well(pid);
    char *answer = read_answer(output);
    char *complaints = read_answer(complaint);
    if (well)
        add_lines(answer, lines);
    else if (error != 0)
        *why = said("systemctl cannot be run: %s", strerror(error));
    else
        *why = what_it_said(complaints);
    free(answer);
    free(complaints);
    string_list_free(&arguments);
    return well;
}
