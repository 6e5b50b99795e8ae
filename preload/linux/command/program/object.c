#include "object.h"

#include "core/text.h"
#include "core/version.h"
#include "elf.h"
#include "library_directory.h"
#include "linux/version.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char name[] = "libportclaim.so";

bool object_read_version(const char *path, char *version, unsigned size)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return false;
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

/* Is it the one? If not, but it is there, `why` says what is wrong with the first such. */
static bool take(struct object *object, const char *directory, struct text *why)
{
    struct text path;
    text_start(&path, object->path, sizeof(object->path));
    text_add(&path, directory);
    text_add(&path, "/");
    text_add(&path, name);
    if (path.truncated || access(object->path, F_OK) != 0)
        return false;
    object->version[0] = '\0';
    bool known = object_read_version(object->path, object->version, sizeof(object->version));
    if (known && text_equal(object->version, PORTCLAIM_VERSION) && can_be_preloaded(object->path))
        return true;
    if (why->length > 0)
        return false;
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
    return false;
}

bool object_find(struct object *object)
{
    char beside[PATH_MAX] = "";
    char library[PATH_MAX] = "";
    struct text why;
    text_start(&why, object->why, sizeof(object->why));
    if (find_beside(".", beside) && take(object, beside, &why))
        return true;
    if (find_beside("../lib", library) && take(object, library, &why))
        return true;
    if (take(object, library_directory, &why))
        return true;
    object->path[0] = '\0';
    object->version[0] = '\0';
    if (why.length > 0)
        return false;
    text_add(&why, name);
    say(&why, " is not in ", beside[0] != '\0' ? beside : "the command's directory", "");
    if (library[0] != '\0' && !text_equal(library, library_directory))
        say(&why, ", ", library, "");
    say(&why, " or ", library_directory, ": run \"make install\", or copy it beside the command");
    return false;
}
