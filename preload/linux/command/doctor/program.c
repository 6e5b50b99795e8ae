#include "checks.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

static const char check[] = "program";

/* A shell's -c, or whatever a script starts, is another program; LD_PRELOAD goes with it. */
static const char *remark(const struct program *program)
{
    static const char *const shells[] = {"sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"};
    for (size_t index = 0; index < sizeof(shells) / sizeof(shells[0]); index++) {
        if (text_equal(text_base_name(program->path), shells[index]))
            return "; a shell, and what it starts was not looked at";
    }
    return "";
}

static void add(struct checkup *checkup, const struct program *program, char *story)
{
    if (program->finding == PROGRAM_SERVED) {
        checkup_pass(checkup, check,
                     said("%s (%d bits, %s%s)", story, program->word_bits,
                          program->musl ? "musl" : "glibc", remark(program)));
        return;
    }
    char *advice = program_advice(program);
    checkup_add(checkup, (struct finding){
                             .check = check,
                             .result = RESULT_FAIL,
                             .found = said("%s: %s", story, program_finding_name(program->finding)),
                             .why = program_why(program->finding),
                             .cure = said("%s", advice),
                         });
    free(advice);
}

enum program_finding check_program(struct checkup *checkup, char *const *arguments)
{
    struct program program;
    enum program_finding finding = program_examine(arguments, &program);
    char *story = program_story(&program);
    add(checkup, &program, story);
    free(story);
    program_free(&program);
    return finding;
}

void check_program_file(struct checkup *checkup, const char *file, const char *name)
{
    struct program program;
    program_examine_file(file, &program);
    text_copy(program.path, sizeof(program.path), name);
    char *story = said("%s", name);
    add(checkup, &program, story);
    free(story);
    program_free(&program);
}
