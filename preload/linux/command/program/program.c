#include "program.h"

#include "command/string_list.h"
#include "core/text.h"
#include "elf.h"
#include "env.h"
#include "privilege.h"
#include "script.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MOST_SCRIPTS = 5, /* interpreters in a row: exec_binprm() in the kernel's fs/exec.c */
    FAILED = 2,
};

/* A command line on its way to what is loaded. */
struct search {
    struct program *program;
    struct string_list arguments;
    char *path;      /* PATH; NULL: not set */
    char *directory; /* what relative names start from; NULL: our own */
    char *file;      /* what is to be executed now */
    /* What one execvp(3) began with, for the shell. */
    char *original_file;
    struct string_list original;
};

static char *copy(const char *string)
{
    char *made = string == NULL ? NULL : strdup(string);
    if (string != NULL && made == NULL)
        err(FAILED, "portclaim");
    return made;
}

/* ---- where it is ---- */

static char *join(const char *directory, const char *name)
{
    char *joined;
    if (directory == NULL || directory[0] == '\0' || name[0] == '/')
        return copy(name);
    if (asprintf(&joined, "%s/%s", directory, name) < 0)
        err(FAILED, "portclaim");
    return joined;
}

/* As execve(2) asks. The kernel's access(2) knows of file systems mounted noexec as well. */
static enum program_finding check_access(const char *file)
{
    struct stat status;
    if (stat(file, &status) != 0)
        return errno == EACCES ? PROGRAM_NOT_EXECUTABLE : PROGRAM_NOT_FOUND;
    if (!S_ISREG(status.st_mode) || faccessat(AT_FDCWD, file, X_OK, AT_EACCESS) != 0)
        return PROGRAM_NOT_EXECUTABLE;
    return PROGRAM_SERVED;
}

/* The one entry of PATH that `*cursor` is at, which it moves on; an empty one is here. */
static char *next_directory(const char **cursor)
{
    size_t length = strcspn(*cursor, ":");
    char *entry = strndup(*cursor, length);
    if (entry == NULL)
        err(FAILED, "portclaim");
    *cursor += length;
    *cursor = **cursor == ':' ? *cursor + 1 : NULL;
    return entry;
}

/*
 * As execvp(3): the first that can be executed, else the first that there is. Nobody knows whether
 * there is one in a directory that may not be searched; execvp() would say EACCES of that as well.
 * False when there is none; then the file is the bare name.
 */
static bool look_up(struct search *search, const char *name)
{
    static const char usual[] = "/bin:/usr/bin"; /* confstr(3), _CS_PATH */
    enum program_finding finding = PROGRAM_NOT_FOUND;
    const char *cursor = search->path != NULL ? search->path : usual;
    free(search->file);
    search->file = NULL;
    if (strchr(name, '/') != NULL) {
        search->file = join(search->directory, name);
        return true;
    }
    while (cursor != NULL && name[0] != '\0' && finding != PROGRAM_SERVED) {
        char *entry = next_directory(&cursor);
        char *relative = join(entry, name);
        char *file = join(search->directory, relative);
        enum program_finding here = check_access(file);
        free(entry);
        free(relative);
        if (here == PROGRAM_SERVED ||
            (finding == PROGRAM_NOT_FOUND && faccessat(AT_FDCWD, file, F_OK, AT_EACCESS) == 0)) {
            free(search->file);
            search->file = copy(file);
            finding = here;
        }
        free(file);
    }
    if (search->file == NULL)
        search->file = copy(name);
    return finding != PROGRAM_NOT_FOUND;
}

static bool add_step(struct program *program, const char *step)
{
    if (program->step_count == PROGRAM_MOST_STEPS)
        return false;
    program->steps[program->step_count++] = copy(step);
    return true;
}

static const char *last_step(const struct program *program)
{
    return program->steps[program->step_count - 1];
}

/* ---- what it is ---- */

/* musl's library is its loader, too, and what the loader's name leads to, as in Debian. */
static bool is_file_of_musl(const char *name)
{
    return text_equal(name, "libc.so");
}

/* The loaders themselves name no loader, and can be called to run a program: ld.so(8). */
static bool is_loader(const char *path)
{
    const char *name = text_base_name(path);
    return is_file_of_musl(name) || (text_starts_with(name, "ld-") && strstr(name, ".so") != NULL);
}

/*
 * By the name of the loader, as there is nothing else that tells: the shlib-versions of glibc's
 * ports, and the Linux Standard Base; musl's, also Alpine's, is "ld-musl-" with the machine.
 */
static enum program_libc libc_of(const char *loader)
{
    static const char *const glibc[] = {"ld-linux", "ld-lsb", "ld-2.", "ld64.so.", "ld.so."};
    const char *name = text_base_name(loader);
    for (size_t index = 0; index < sizeof(glibc) / sizeof(glibc[0]); index++) {
        if (text_starts_with(name, glibc[index]))
            return LIBC_GLIBC;
    }
    return is_file_of_musl(name) || text_starts_with(name, "ld-musl-") ? LIBC_MUSL : LIBC_UNKNOWN;
}

static enum program_finding judge(int descriptor, struct program *program, const struct elf *elf)
{
    if (elf->kind == ELF_NONE || elf->kind == ELF_DAMAGED)
        return PROGRAM_NO_FORMAT;
    switch (privilege_gained(descriptor)) {
    case PRIVILEGE_USER:
        return PROGRAM_SET_USER;
    case PRIVILEGE_CAPABILITIES:
        return PROGRAM_CAPABILITIES;
    default:
        break;
    }
    if (elf->kind == ELF_FOREIGN)
        return PROGRAM_ARCHITECTURE;
    program->libc = libc_of(elf->loader[0] != '\0' ? elf->loader : program->path);
    /* The kernel starts no program whose loader is missing, and says ENOENT. */
    if (elf->loader[0] != '\0' && check_access(elf->loader) != PROGRAM_SERVED) {
        enum program_finding finding = check_access(elf->loader);
        add_step(program, elf->loader);
        return finding;
    }
    bool is_called_loader = is_loader(program->path) || is_loader(last_step(program));
    if (elf->loader[0] == '\0' && !is_called_loader)
        return PROGRAM_STATIC;
    if (elf->go)
        return PROGRAM_GO;
    return program->libc == LIBC_UNKNOWN ? PROGRAM_LOADER : PROGRAM_SERVED;
}

static enum program_finding judge_elf(int descriptor, struct program *program)
{
    struct elf elf;
    (void)elf_read(descriptor, &elf);
    program->machine = elf.machine;
    program->word_bits = elf.word_bits;
    memcpy(program->loader, elf.loader, sizeof(program->loader));
    return judge(descriptor, program, &elf);
}

/* ---- on the way ---- */

/* The new command line, in the place of the old one. */
static void take_arguments(struct search *search, struct string_list *arguments)
{
    string_list_free(&search->arguments);
    search->arguments = *arguments;
    *arguments = (struct string_list){0};
}

/* "#!": the interpreter, its argument, the file, and the arguments but for the first. */
static void interpret(struct search *search, const char *interpreter, const char *argument)
{
    struct string_list words = {0};
    string_list_add(&words, interpreter);
    if (argument[0] != '\0')
        string_list_add(&words, argument);
    string_list_add(&words, search->file);
    if (search->arguments.count > 1)
        string_list_add_all(&words, search->arguments.list + 1);
    take_arguments(search, &words);
    free(search->file);
    search->file = join(search->directory, interpreter);
}

/* execvp(3) gives the shell all that the kernel knows no format of, programs of others as well. */
static bool is_text(const char *start, size_t size)
{
    return memchr(start, '\0', size) == NULL;
}

/* These start another program in an environment of their own making. */
static bool makes_environment(const char *file)
{
    static const char *const names[] = {"sudo", "doas", "pkexec"};
    for (size_t index = 0; index < sizeof(names) / sizeof(names[0]); index++) {
        if (text_equal(text_base_name(file), names[index]))
            return true;
    }
    return false;
}

/* execvp(3) hands text without "#!" to the shell: the file that it was to execute. */
static void hand_to_shell(struct search *search)
{
    take_arguments(search, &search->original);
    free(search->file);
    search->file = copy(search->original_file);
    interpret(search, "/bin/sh", "");
}

/* What follows from one look at the file that is to be executed. */
enum next {
    NEXT_LOOK_UP, /* another command line */
    NEXT_FILE,    /* another file */
    NEXT_NONE,    /* nothing: there is a finding */
};

/* Puts what env(1) would start in its place. False when that is nothing: env itself is it. */
static bool go_through_env(struct search *search, bool *drops_preload)
{
    struct env env;
    env_read(search->arguments.list, search->path, &env);
    bool starts = env.program.count > 0;
    if (starts) {
        take_arguments(search, &env.program);
        free(search->path);
        search->path = copy(env.path);
        *drops_preload = env.drops_preload;
    }
    if (starts && env.directory != NULL) {
        char *directory = join(search->directory, env.directory);
        free(search->directory);
        search->directory = directory;
    }
    env_free(&env);
    return starts;
}

static void set_path(struct program *program, const char *file)
{
    char *resolved = realpath(file, program->path);
    if (resolved == NULL)
        (void)text_copy(program->path, sizeof(program->path), file);
}

/* The file is open. */
static enum next look_into(struct search *search, int descriptor, bool may_interpret)
{
    char start[SCRIPT_LINE_SIZE];
    struct script script;
    struct program *program = search->program;
    ssize_t size = pread(descriptor, start, sizeof(start), 0);
    if (size > 0 && script_read(start, (size_t)size, &script)) {
        program->finding = PROGRAM_LOOP;
        if (may_interpret)
            interpret(search, script.interpreter, script.argument);
        return may_interpret ? NEXT_FILE : NEXT_NONE;
    }
    program->finding = PROGRAM_NO_FORMAT;
    if (size >= 0 && is_text(start, (size_t)size)) {
        hand_to_shell(search);
        return NEXT_FILE;
    }
    program->finding = judge_elf(descriptor, program);
    return NEXT_NONE;
}

static enum next look_at(struct search *search, bool may_interpret)
{
    struct program *program = search->program;
    bool drops_preload = false;
    set_path(program, search->file);
    program->finding = PROGRAM_LOOP;
    if (!add_step(program, search->file))
        return NEXT_NONE;
    program->finding = check_access(search->file);
    if (program->finding != PROGRAM_SERVED)
        return NEXT_NONE;
    if (text_equal(text_base_name(search->file), "env") && go_through_env(search, &drops_preload)) {
        program->finding = PROGRAM_ENVIRONMENT;
        return drops_preload ? NEXT_NONE : NEXT_LOOK_UP;
    }
    program->finding = PROGRAM_ENVIRONMENT;
    if (makes_environment(search->file))
        return NEXT_NONE;
    int descriptor = open(search->file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    program->finding = PROGRAM_UNREADABLE;
    if (descriptor < 0)
        return NEXT_NONE;
    enum next next = look_into(search, descriptor, may_interpret);
    close(descriptor);
    return next;
}

/* One execvp(3). */
static enum next execute(struct search *search)
{
    enum next next = NEXT_FILE;
    search->program->finding = PROGRAM_NOT_FOUND;
    if (!look_up(search, search->arguments.list[0])) {
        set_path(search->program, search->file);
        (void)add_step(search->program, search->file);
        return NEXT_NONE;
    }
    string_list_free(&search->original);
    string_list_add_all(&search->original, search->arguments.list);
    free(search->original_file);
    search->original_file = copy(search->file);
    for (int scripts = 0; next == NEXT_FILE; scripts++)
        next = look_at(search, scripts < MOST_SCRIPTS);
    return next;
}

enum program_finding program_examine(char *const *arguments, struct program *program)
{
    struct search search = {.program = program, .path = copy(getenv("PATH"))};
    *program = (struct program){0};
    string_list_add_all(&search.arguments, arguments);
    while (execute(&search) == NEXT_LOOK_UP) {
    }
    program->arguments = search.arguments.list;
    string_list_free(&search.original);
    free(search.original_file);
    free(search.path);
    free(search.directory);
    free(search.file);
    return program->finding;
}

/* What a process runs can be gone: its link still says what it was. */
static void set_path_of_link(struct program *program, const char *path)
{
    if (realpath(path, program->path) != NULL)
        return;
    ssize_t length = readlink(path, program->path, sizeof(program->path) - 1);
    if (length > 0)
        program->path[length] = '\0';
    else
        (void)text_copy(program->path, sizeof(program->path), path);
}

enum program_finding program_examine_file(const char *path, struct program *program)
{
    *program = (struct program){0};
    set_path_of_link(program, path);
    (void)add_step(program, program->path);
    program->finding = check_access(path);
    if (program->finding != PROGRAM_SERVED)
        return program->finding;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    program->finding = PROGRAM_UNREADABLE;
    if (descriptor < 0)
        return program->finding;
    program->finding = judge_elf(descriptor, program);
    close(descriptor);
    return program->finding;
}

void program_free(struct program *program)
{
    struct string_list arguments = {.list = program->arguments};
    for (char **argument = program->arguments; argument != NULL && *argument != NULL; argument++)
        arguments.count++;
    string_list_free(&arguments);
    for (uint32_t index = 0; index < program->step_count; index++)
        free(program->steps[index]);
    program->arguments = NULL;
    program->step_count = 0;
}
