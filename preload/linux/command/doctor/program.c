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

static bool claims(const struct patient *patient)
{
    const char *claim = string_list_value(&patient->environment, "PORTCLAIM_CLAIM");
    return claim != NULL && claim[0] != '\0';
}

/* Without `portclaim run` it is LD_PRELOAD or nothing, unless a supervisor is seen to answer. */
static enum engine serving(const struct patient *patient, const struct program *program)
{
    if (patient->wrapped)
        return engines_choose(program, patient->engine_wanted, claims(patient));
    if (patient->engine == ENGINE_SECCOMP)
        return ENGINE_SECCOMP;
    return program->finding == PROGRAM_SERVED || program->finding == PROGRAM_LOADER ? ENGINE_PRELOAD
                                                                                    : ENGINE_NONE;
}

static void pass(struct patient *patient, const struct program *program, const char *story)
{
    const char *engine = patient->engine == ENGINE_SECCOMP ? "; by the seccomp engine" : "";
    if (program->finding == PROGRAM_SERVED)
        checkup_pass(&patient->checkup, check,
                     said("%s (%d bits, %s%s%s)", story, program->word_bits,
                          program->libc == LIBC_MUSL ? "musl" : "glibc", remark(program), engine));
    else
        checkup_pass(&patient->checkup, check,
                     said("%s (%s%s)", story, program_finding_name(program->finding), engine));
}

/* Of a program alone it is not known how it is started: `portclaim run` would do. */
static void add(struct patient *patient, const struct program *program, const char *story)
{
    const bool alone = patient->service == NULL && patient->pid == 0;
    patient->object_found = object_find(program, &patient->object);
    patient->engine = alone && program->finding == PROGRAM_SERVED
                          ? engines_choose(program, ENGINE_AUTO, false)
                          : serving(patient, program);
    if (patient->engine == ENGINE_SECCOMP || program->finding == PROGRAM_SERVED) {
        pass(patient, program, story);
        return;
    }
    if (alone)
        patient->engine = engines_choose(program, ENGINE_AUTO, false);
    char *advice = program_advice(program);
    checkup_note(&patient->checkup, check,
                 patient->engine == ENGINE_NONE ? RESULT_FAIL : RESULT_WARN,
                 said("%s: %s", story, program_finding_name(program->finding)),
                 program_why(program->finding), said("%s", advice));
    free(advice);
}

void check_program(struct patient *patient, char *const *arguments)
{
    struct program *program = &patient->program;
    (void)program_examine(arguments, program);
    char *story = program_story(program);
    add(patient, program, story);
    free(story);
}

void check_program_file(struct patient *patient, const char *file, const char *name)
{
    struct program *program = &patient->program;
    program_examine_file(file, program);
    text_copy(program->path, sizeof(program->path), name);
    char *story = said("%s", name);
    add(patient, program, story);
    free(story);
}
