#include "viewpoint.h"

#include "command/visible.h"
#include "linux/command/program/program.h"
#include "linux/lineage.h"
#include "linux/processes.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wordexp.h>

/* Of a process that is not there: nobody has this PID (PID_MAX_LIMIT is 2^22) or group. */
enum { NO_SUCH_PID = INT32_MAX, FAILED = 2 };

/*
 * Whoever starts a service does not start it in our process group: what our own shell started a
 * moment ago is no sibling of it.
 */
void viewpoint_start(struct viewpoint *viewpoint)
{
    memset(viewpoint, 0, sizeof(*viewpoint));
    (void)processes_refresh_self(&viewpoint->self);
    viewpoint->self.process_group = NO_SUCH_PID;
}

/* ---- a command ---- */

static size_t joined_length(char *const *arguments)
{
    size_t length = 0;
    for (; *arguments != NULL; arguments++)
        length += strlen(*arguments) + 1;
    return length;
}

static void imagine(struct viewpoint *viewpoint, const struct program *program)
{
    size_t length = joined_length(program->arguments);
    char *joined = malloc(length + 1);
    char *end = joined;
    if (joined == NULL)
        err(FAILED, "portclaim");
    for (char *const *argument = program->arguments; *argument != NULL; argument++)
        end = stpcpy(end, *argument) + 1;
    processes_imagine(program->path, joined, length, &viewpoint->self);
    free(joined);
}

static char *say(const char *command, const char *why)
{
    char *message = NULL;
    char *shown = visible(command);
    if (asprintf(&message, "cannot see it as \"%s\" would: %s", shown, why) < 0)
        err(FAILED, "portclaim");
    free(shown);
    return message;
}

static bool take_words(struct viewpoint *viewpoint, wordexp_t *words, const char **why)
{
    struct program program;
    *why = "no command is named";
    if (words->we_wordc == 0)
        return false;
    enum program_finding finding = program_examine(words->we_wordv, &program);
    bool runs = finding != PROGRAM_NOT_FOUND && finding != PROGRAM_NOT_EXECUTABLE;
    *why = program_why(finding);
    if (runs)
        imagine(viewpoint, &program);
    program_free(&program);
    return runs;
}

bool viewpoint_take(struct viewpoint *viewpoint, const char *command, char **why)
{
    wordexp_t words;
    const char *reason = "its quotes do not match, or it holds characters that want quotes";
    bool taken = false;
    if (wordexp(command, &words, WRDE_NOCMD) == 0) {
        taken = take_words(viewpoint, &words, &reason);
        wordfree(&words);
    }
    viewpoint->command = command;
    if (!taken)
        *why = say(command, reason);
    return taken;
}

/* ---- a successor ---- */

void viewpoint_succeed(const struct process *holder, uint64_t now_ms, struct process *self)
{
    *self = *holder;
    self->pid = NO_SUCH_PID;
    self->process_group = NO_SUCH_PID;
    self->start_ms = now_ms;
    lineage_count_unit(self);
}
