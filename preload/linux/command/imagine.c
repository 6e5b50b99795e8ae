#include "command/imagine.h"

#include "imagine_program.h"
#include "linux/lineage.h"
#include "linux/processes.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <wordexp.h>

enum { FAILED = 2 };

static size_t joined_length(char *const *arguments)
{
    size_t length = 0;
    for (; *arguments != NULL; arguments++)
        length += strlen(*arguments) + 1;
    return length;
}

void imagine_program(const struct program *program, struct process *self)
{
    size_t length = joined_length(program->arguments);
    char *joined = malloc(length + 1);
    char *end = joined;
    if (joined == NULL)
        err(FAILED, "portclaim");
    for (char *const *argument = program->arguments; *argument != NULL; argument++)
        end = stpcpy(end, *argument) + 1;
    processes_imagine(program->path, joined, length, self);
    free(joined);
}

static bool take_words(const wordexp_t *words, struct process *self, const char **why)
{
    struct program program;
    *why = "no command is named";
    if (words->we_wordc == 0)
        return false;
    enum program_finding finding = program_examine(words->we_wordv, &program);
    bool runs = finding != PROGRAM_NOT_FOUND && finding != PROGRAM_NOT_EXECUTABLE;
    *why = program_why(finding);
    if (runs)
        imagine_program(&program, self);
    program_free(&program);
    return runs;
}

/* wordexp(3), without command substitution. */
bool imagine_command(const char *command, struct process *self, const char **why)
{
    wordexp_t words;
    bool taken = false;
    *why = "its quotes do not match, or it holds characters that want quotes";
    if (wordexp(command, &words, WRDE_NOCMD) == 0) {
        taken = take_words(&words, self, why);
        wordfree(&words);
    }
    return taken;
}

void imagine_unit(struct process *self)
{
    lineage_count_unit(self);
}
