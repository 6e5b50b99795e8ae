#include "identity.h"

#include "kinship.h"
#include "names.h"
#include "runners.h"
#include "unit.h"

#include <string.h>

static bool both_know(const struct process *self, const struct process *process, uint32_t fields)
{
    return (self->known & process->known & fields) == fields;
}

/*
 * The same file, or the file that took its path in an upgrade. Where files have no numbers, of two
 * strangers neither has one.
 */
static bool same_file(const struct file *left, const struct file *right)
{
    if (left->inode == 0 && right->inode == 0)
        return left->path[0] != '\0' && text_equal(left->path, right->path);
    if (left->device == right->device && left->inode == right->inode)
        return true;
    return (left->deleted || right->deleted) && text_equal(left->path, right->path);
}

static bool same_arguments(const struct process *self, const struct process *process)
{
    return self->arguments_length > 0 && self->arguments_length == process->arguments_length &&
           self->arguments_hash == process->arguments_hash;
}

/*
 * By path and not by inode: package managers that link their files out of one store (pnpm) give
 * strangers the same inode.
 */
static bool same_script(const struct process *self, const struct process *process)
{
    return self->script[0] != '\0' && text_equal(self->script, process->script);
}

static bool have_scripts(const struct process *self, const struct process *process)
{
    return self->script[0] != '\0' && process->script[0] != '\0';
}

/* Where no file does, the arguments or the title say what is run, and the directory whose it is. */
static enum evidence identify_title(const struct process *self, const struct process *process)
{
    if (!both_know(self, process, KNOWN_ARGUMENTS | KNOWN_DIRECTORY))
        return EVIDENCE_UNREADABLE;
    if (same_arguments(self, process) && same_file(&self->directory, &process->directory))
        return EVIDENCE_TITLE;
    return EVIDENCE_OTHER_ARGUMENTS;
}

/* What an interpreter runs: a script file, else what its arguments or its title say. */
static enum evidence identify_script(const struct process *self, const struct process *process)
{
    if (!both_know(self, process, KNOWN_ARGUMENTS | KNOWN_DIRECTORY))
        return EVIDENCE_UNREADABLE;
    if (same_script(self, process))
        return EVIDENCE_SCRIPT;
    if (have_scripts(self, process))
        return EVIDENCE_OTHER_SCRIPT;
    return identify_title(self, process);
}

/* The same file is run by both: is it the same service that runs it? */
static enum evidence identify_started(const struct process *self, const struct process *process)
{
    if (both_know(self, process, KNOWN_ARGUMENTS) && same_arguments(self, process))
        return EVIDENCE_PROGRAM;
    if (both_know(self, process, KNOWN_DIRECTORY) &&
        same_file(&self->directory, &process->directory))
        return EVIDENCE_PROGRAM;
    if (!both_know(self, process, KNOWN_ARGUMENTS | KNOWN_DIRECTORY))
        return EVIDENCE_UNREADABLE;
    return EVIDENCE_OTHER_ARGUMENTS;
}

/* Wine takes its own name out of the arguments, and what follows the program is no program. */
static bool shows_its_name(const struct process *process)
{
    return (process->known & KNOWN_ARGUMENTS) != 0 && runners_loads(process->arguments);
}

/*
 * What an emulator or a loader runs is a program like any other. When that is an interpreter in
 * turn, its script is some argument further on, and the arguments decide as a whole.
 */
static enum evidence identify_loaded(const struct process *self, const struct process *process)
{
    if (!have_scripts(self, process) || !shows_its_name(self) || !shows_its_name(process))
        return identify_title(self, process);
    if (!same_script(self, process))
        return EVIDENCE_OTHER_PROGRAM;
    return runners_interprets(process->script) ? identify_title(self, process)
                                               : identify_started(self, process);
}

static enum evidence identify_program(const struct process *self, const struct process *process)
{
    const char *path = process->executable.path;
    if (!both_know(self, process, KNOWN_EXECUTABLE))
        return EVIDENCE_UNREADABLE;
    if (!same_file(&self->executable, &process->executable))
        return EVIDENCE_OTHER_PROGRAM;
    if (runners_loads(path))
        return identify_loaded(self, process);
    return runners_interprets(path) ? identify_script(self, process)
                                    : identify_started(self, process);
}

/*
 * A leftover of an earlier start has nothing above it in its unit any more. Where a living process
 * inside the unit is above both of us (supervisord, a CI runner, cron, a container's init), the
 * unit only says that the same supervisor started us, which it does for strangers as well.
 */
static bool is_same_unit(const struct process *self, const struct process *process)
{
    return both_know(self, process, KNOWN_CGROUP | KNOWN_ANCESTORS) &&
           unit_same(self->cgroup, process->cgroup) &&
           kinship_nearest(self, process) >= self->ancestors_in_unit;
}

/* The arguments as one line: NULs between them become spaces. */
static bool arguments_match(const char *glob, const struct process *process)
{
    char line[PROCESS_ARGUMENTS_SIZE];
    size_t length = 0;
    while (length < process->arguments_length && length + 1 < sizeof(line)) {
        char byte = process->arguments[length];
        line[length++] = byte == '\0' ? ' ' : byte;
    }
    while (length > 0 && line[length - 1] == ' ')
        length--;
    line[length] = '\0';
    return text_matches_glob(glob, line);
}

static bool executable_matches(const char *glob, const struct process *process)
{
    const char *path = process->executable.path;
    bool whole_path = strchr(glob, '/') != NULL;
    return names_match_glob(glob, whole_path ? path : text_base_name(path));
}

static bool unit_matches(const char *glob, const struct process *process)
{
    char name[PROCESS_LABEL_SIZE];
    unit_name(process->cgroup, name, sizeof(name));
    return name[0] != '\0' && text_matches_glob(glob, name);
}

/* One PORTCLAIM_MATCH rule, "KIND:GLOB". */
static bool rule_matches(const char *rule, const struct process *process)
{
    static const struct {
        const char *kind;
        uint32_t needs;
        bool (*matches)(const char *glob, const struct process *process);
    } kinds[] = {
        {"exe:", KNOWN_EXECUTABLE, executable_matches},
        {"cmdline:", KNOWN_ARGUMENTS, arguments_match},
        {"unit:", KNOWN_CGROUP, unit_matches},
    };
    if (text_starts_with(rule, "comm:"))
        return (process->known & KNOWN_START) != 0 &&
               names_match_glob(rule + strlen("comm:"), process->name);
    for (size_t index = 0; index < sizeof(kinds) / sizeof(kinds[0]); index++) {
        if (text_starts_with(rule, kinds[index].kind))
            return (process->known & kinds[index].needs) != 0 &&
                   kinds[index].matches(rule + strlen(kinds[index].kind), process);
    }
    return false;
}

/* EVIDENCE_RULE, EVIDENCE_ANY, or `otherwise` when no rule matches. */
static enum evidence identify_by_rule(const struct settings *settings,
                                      const struct process *process, enum evidence otherwise)
{
    char rule[SETTINGS_LIST_SIZE];
    const char *cursor = settings->match;
    while (settings_next_entry(&cursor, rule, sizeof(rule))) {
        if (text_equal(rule, "any"))
            otherwise = EVIDENCE_ANY;
        else if (rule_matches(rule, process))
            return EVIDENCE_RULE;
    }
    return otherwise;
}

enum evidence identify(const struct settings *settings, const struct process *self,
                       const struct process *process)
{
    bool labelled = settings->service[0] != '\0';
    if (labelled && (process->known & KNOWN_LABEL) == 0)
        return EVIDENCE_UNREADABLE;
    if (labelled && process->label[0] != '\0')
        return text_equal(settings->service, process->label) ? EVIDENCE_SERVICE
                                                             : EVIDENCE_OTHER_SERVICE;
    if (settings->only_named)
        return identify_by_rule(settings, process, EVIDENCE_NOT_NAMED);
    if (is_same_unit(self, process))
        return EVIDENCE_UNIT;
    enum evidence program = identify_program(self, process);
    bool program_holds =
        program == EVIDENCE_PROGRAM || program == EVIDENCE_SCRIPT || program == EVIDENCE_TITLE;
    return program_holds ? program : identify_by_rule(settings, process, program);
}

bool identity_lives_apart(const struct settings *settings, const struct process *self,
                          const struct process *process)
{
    bool named = settings->service[0] != '\0' ||
                 identify_by_rule(settings, process, EVIDENCE_NONE) != EVIDENCE_NONE;
    return !named && both_know(self, process, KNOWN_CGROUP) && unit_length(self->cgroup) > 0 &&
           unit_length(process->cgroup) > 0 && !unit_same(self->cgroup, process->cgroup);
}

bool identity_may_be_program(const struct process *self, const struct process *process)
{
    if (process->pid == PROCESS_INIT && process->known == 0)
        return false;
    if (!both_know(self, process, KNOWN_EXECUTABLE))
        return !both_know(self, process, KNOWN_START) || text_equal(self->name, process->name);
    if (!same_file(&self->executable, &process->executable))
        return false;
    if (!runners_interprets(self->executable.path) || !both_know(self, process, KNOWN_ARGUMENTS))
        return true;
    if (have_scripts(self, process))
        return same_script(self, process);
    return !runners_gathers(process->name) || same_arguments(self, process);
}
