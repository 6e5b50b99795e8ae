#include "engines.h"

#include "core/text.h"
#include "linux/command/program/object.h"

#include <elf.h>
#include <stddef.h>

bool engines_read(const char *name, enum engine *engine)
{
    static const char *const names[] = {
        [ENGINE_AUTO] = "auto", [ENGINE_PRELOAD] = "preload", [ENGINE_SECCOMP] = "seccomp"};
    for (size_t index = 0; index < sizeof(names) / sizeof(names[0]); index++) {
        if (text_equal(name, names[index])) {
            *engine = (enum engine)index;
            return true;
        }
    }
    return false;
}

/* A claim before main() is libc's, whoever asks for the port later. */
static bool serves_by_preload(enum program_finding finding, bool claims)
{
    return finding == PROGRAM_SERVED || finding == PROGRAM_UNREADABLE ||
           finding == PROGRAM_LOADER || (finding == PROGRAM_GO && claims);
}

/* Not so another machine's, of which execvp(3) would make a script when the kernel has no use. */
static bool is_of_32_bits(const struct program *program)
{
    return program->word_bits == 32 && program->machine == EM_ARM;
}

/* The object of the other word size is there only where somebody has asked for it. */
static bool lacks_object(const struct program *program)
{
    struct object object;
    return object_is_of_its_own(program) && !object_find(program, &object);
}

/*
 * Whatever the kernel runs, but for what would gain rights by being executed: no_new_privs takes
 * them away. What env(1) or sudo(8) starts gets the filter; to choose that is the user's affair.
 */
static bool serves_by_seccomp(const struct program *program, enum engine wanted)
{
    switch (program->finding) {
    case PROGRAM_STATIC:
    case PROGRAM_LOADER:
    case PROGRAM_GO:
        return wanted != ENGINE_PRELOAD;
    case PROGRAM_ARCHITECTURE:
        return wanted != ENGINE_PRELOAD && is_of_32_bits(program);
    case PROGRAM_SERVED:
        return wanted == ENGINE_SECCOMP || (wanted == ENGINE_AUTO && lacks_object(program));
    case PROGRAM_UNREADABLE:
    case PROGRAM_ENVIRONMENT:
        return wanted == ENGINE_SECCOMP;
    default:
        return false;
    }
}

enum engine engines_choose(const struct program *program, enum engine wanted, bool claims)
{
    if (serves_by_seccomp(program, wanted))
        return ENGINE_SECCOMP;
    return serves_by_preload(program->finding, claims) ? ENGINE_PRELOAD : ENGINE_NONE;
}
