#include "object.h"

#include "core/text.h"
#include "core/version.h"
#include "elf.h"
#include "library_directory.h"
#include "linux/version.h"
#include "loader.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char name[] = "libportclaim.so";

enum { OWN_WORD_BITS = 8 * sizeof(void *), NARROW_WORD_BITS = 32, FAILED = 2 };

bool object_read(const char *path, char *version, unsigned size, int *word_bits)
{
    struct elf elf;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return false;
    (void)elf_read(descriptor, &elf);
    *word_bits = elf.word_bits;
    bool found = elf_is_whole(descriptor) &&
                 elf_read_note(descriptor, VERSION_NOTE_OWNER, VERSION_NOTE_TYPE, version, size);
    (void)close(descriptor);
    return found;
}

/*
 * The directory of this program, with `below` behind it. The links of an executable in the midst of
 * an upgrade ("... (deleted)") still name its directory.
 */
static bool find_beside(const char *below, char *directory)
{
    char executable[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", executable, sizeof(executable) - 1);
    if (length <= 0)
        return false;
    executable[length] = '\0';
    char *slash = strrchr(executable, '/');
    if (slash == NULL)
        return false;
    slash[1] = '\0';
    struct text text;
    char joined[PATH_MAX];
    text_start(&text, joined, sizeof(joined));
    text_add(&text, executable);
    text_add(&text, below);
    return !text.truncated && realpath(joined, directory) != NULL;
}

/*
 * Blanks and colons part the entries of LD_PRELOAD, and "$LIB" and the like are replaced: ld.so(8).
 * musl parts them at every isspace(3).
 */
static bool can_be_preloaded(const char *path)
{
    return strpbrk(path, " \t\n\v\f\r:$") == NULL;
}

static void say(struct text *why, const char *before, const char *string, const char *behind)
{
    text_add(why, before);
    text_add_visible(why, string, PATH_MAX);
    text_add(why, behind);
}

/* A search for the object of one word size. */
struct search {
    struct object *object;
    int word_bits;
    struct text why; /* what is wrong with the first that is there */
};

static bool is_fit(const struct search *search)
{
    return text_equal(search->object->version, PORTCLAIM_VERSION) &&
           can_be_preloaded(search->object->path);
}

static void say_what_is_wrong(struct search *search, bool known)
{
    struct text *why = &search->why;
    const struct object *object = search->object;
    say(why, "", object->path, "");
    if (!known)
        text_add(why,
                 access(object->path, R_OK) == 0
                     ? " is not portclaim's for this machine, or it was cut: run \"make install\""
                     : " cannot be read: chmod +r");
    else if (!text_equal(object->version, PORTCLAIM_VERSION))
        say(why, " is of version ", object->version,
            ", this command of " PORTCLAIM_VERSION ": install both together");
    else
        text_add(why, " cannot be preloaded from there: LD_PRELOAD knows no way to write a blank, "
                      "a colon or a dollar; install it under a path without");
}

/* Is it the one? The object of the other word size is as if it were not there. */
static bool take(struct search *search, const char *directory)
{
    struct object *object = search->object;
    struct text path;
    int word_bits = 0;
    text_start(&path, object->path, sizeof(object->path));
    text_add(&path, directory);
    text_add(&path, "/");
    text_add(&path, name);
    if (path.truncated || access(object->path, F_OK) != 0)
        return false;
    object->version[0] = '\0';
    bool known = object_read(object->path, object->version, sizeof(object->version), &word_bits);
    if (known && word_bits != search->word_bits)
        return false;
    if (known && is_fit(search))
        return true;
    if (search->why.length == 0)
        say_what_is_wrong(search, known);
    return false;
}

/* ---- where it is ---- */

static bool take_beside(struct search *search, const char *below)
{
    char directory[PATH_MAX];
    return find_beside(below, directory) && take(search, directory);
}

static bool find_own(struct search *search)
{
    char beside[PATH_MAX] = "";
    char library[PATH_MAX] = "";
    struct text *why = &search->why;
    if (take_beside(search, ".") || take_beside(search, "../lib") ||
        take(search, library_directory))
        return true;
    if (why->length > 0)
        return false;
    text_add(why, name);
    (void)find_beside(".", beside);
    say(why, " is not in ", beside[0] != '\0' ? beside : "the command's directory", "");
    if (find_beside("../lib", library) && !text_equal(library, library_directory))
        say(why, ", ", library, "");
    say(why, " or ", library_directory, ": run \"make install\", or copy it beside the command");
    return false;
}

/* A tree is one of two directories below which "$LIB" is: in the build, and installed. */
static const char *const trees[] = {".", ".."};
enum { TREES = sizeof(trees) / sizeof(trees[0]) };

/* In the tree, under any name that a loader of 32 bits is known to want. */
static bool take_narrow(struct search *search, const char *tree)
{
    const char *names = library_names;
    for (names += strspn(names, " "); *names != '\0'; names += strspn(names, " ")) {
        char below[PATH_MAX];
        int length = (int)strcspn(names, " ");
        (void)snprintf(below, sizeof(below), "%s/%.*s", tree, length, names);
        if (take_beside(search, below))
            return true;
        names += length;
    }
    return false;
}

static bool find_narrow(struct search *search)
{
    for (size_t index = 0; index < TREES; index++) {
        if (take_narrow(search, trees[index]))
            return true;
    }
    if (take_beside(search, "i386"))
        return true;
    if (search->why.length == 0)
        text_add(&search->why, "there is no libportclaim.so of 32 bits beside the command's own: "
                               "run \"make install-multilib\"");
    return false;
}

/* ---- one line for both ---- */

/* Is what the line leads to, in the eyes of the program's loader, the object for the program? */
static bool fits(const char *line, const struct program *program)
{
    char version[OBJECT_VERSION_SIZE];
    char resolved[PATH_MAX];
    int word_bits = 0;
    return loader_resolve(program, line, resolved) &&
           object_read(resolved, version, sizeof(version), &word_bits) &&
           word_bits == program->word_bits && text_equal(version, PORTCLAIM_VERSION);
}

/* The loader is not asked where there is no object of 32 bits: the line would be of no use. */
static bool has_narrow(const char *tree)
{
    struct object *object = calloc(1, sizeof(*object));
    if (object == NULL)
        err(FAILED, "portclaim");
    struct search search = {.object = object, .word_bits = NARROW_WORD_BITS};
    text_start(&search.why, object->why, sizeof(object->why));
    bool has = take_narrow(&search, tree);
    free(object);
    return has;
}

void object_share(const struct program *program, struct object *object)
{
    for (size_t index = 0; index < TREES; index++) {
        char directory[PATH_MAX];
        char line[PATH_MAX];
        struct text text;
        if (!has_narrow(trees[index]) || !find_beside(trees[index], directory) ||
            !can_be_preloaded(directory))
            continue;
        text_start(&text, line, sizeof(line));
        text_add(&text, directory);
        text_add(&text, "/$LIB/");
        text_add(&text, name);
        if (!text.truncated && fits(line, program)) {
            memcpy(object->entry, line, sizeof(line));
            return;
        }
    }
}

/* ---- a line of somebody else's ---- */

/* With the name in the place of the first "$LIB" or "${LIB}". */
static bool replace(const char *entry, const char *known, size_t length, char *path)
{
    static const char *const tokens[] = {"${LIB}", "$LIB"};
    struct text text;
    for (size_t index = 0; index < sizeof(tokens) / sizeof(tokens[0]); index++) {
        const char *token = strstr(entry, tokens[index]);
        if (token == NULL)
            continue;
        text_start(&text, path, PATH_MAX);
        text_add_bytes(&text, entry, (size_t)(token - entry));
        text_add_bytes(&text, known, length);
        text_add(&text, token + strlen(tokens[index]));
        return !text.truncated && strchr(path, '$') == NULL;
    }
    return false;
}

bool object_resolve(const struct program *program, const char *entry, char *path)
{
    const char *names = library_names;
    for (names += strspn(names, " "); *names != '\0'; names += strspn(names, " ")) {
        char version[OBJECT_VERSION_SIZE];
        size_t length = strcspn(names, " ");
        int word_bits = 0;
        if (replace(entry, names, length, path) &&
            object_read(path, version, sizeof(version), &word_bits) &&
            word_bits == program->word_bits)
            return true;
        names += length;
    }
    return false;
}

/* ---- all of it ---- */

bool object_is_of_its_own(const struct program *program)
{
    return program != NULL && OWN_WORD_BITS != NARROW_WORD_BITS &&
           program->word_bits == NARROW_WORD_BITS;
}

bool object_find(const struct program *program, struct object *object)
{
    bool narrow = object_is_of_its_own(program);
    struct search search = {.object = object,
                            .word_bits = narrow ? NARROW_WORD_BITS : OWN_WORD_BITS};
    text_start(&search.why, object->why, sizeof(object->why));
    if (narrow ? find_narrow(&search) : find_own(&search)) {
        (void)text_copy(object->entry, sizeof(object->entry), object->path);
        return true;
    }
    object->path[0] = '\0';
    object->entry[0] = '\0';
    object->version[0] = '\0';
    return false;
}
