#include "checks.h"
#include "command/command.h"
#include "core/text.h"
#include "core/version.h"
#include "linux/files.h"
#include "linux/processes.h"
#include "shell.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char check[] = "loaded";
static const char deleted[] = " (deleted)";

/* ---- the way to start it with the object ---- */

static char *cure_by_restart(const struct patient *patient)
{
    char *line = NULL;
    size_t size = 0;
    if (patient->service != NULL)
        return said_command(
            shell_systemctl(patient->service->of_user, "restart", patient->service->name));
    FILE *stream = open_memstream(&line, &size);
    if (stream == NULL)
        err(EXIT_MISUSE, "portclaim");
    fputs("portclaim run --", stream);
    for (size_t index = 0; index < patient->command.count; index++) {
        char *word = shell_word(patient->command.list[index]);
        fprintf(stream, " %s", word);
        free(word);
    }
    if (fclose(stream) != 0)
        err(EXIT_MISUSE, "portclaim");
    return said_command(line);
}

/* ---- /proc/PID/maps ---- */

struct mapping {
    char range[NAME_SIZE]; /* its name in /proc/PID/map_files */
    char path[PATH_MAX];
    bool deleted; /* or replaced by another of that name, as an upgrade does */
};

/* "7f12-7f34 r-xp 00000000 fe:00 1234    /usr/local/lib/libportclaim.so (deleted)": proc(5) */
static bool read_mapping(char *line, struct mapping *mapping)
{
    char *path = strchr(line, '/');
    line[strcspn(line, "\n")] = '\0';
    if (path == NULL)
        return false;
    mapping->deleted = text_ends_with(path, deleted);
    if (mapping->deleted)
        path[strlen(path) - (sizeof(deleted) - 1)] = '\0';
    if (!text_equal(text_base_name(path), "libportclaim.so"))
        return false;
    line[strcspn(line, " ")] = '\0';
    return text_copy(mapping->path, sizeof(mapping->path), path) &&
           text_copy(mapping->range, sizeof(mapping->range), line);
}

/* False when /proc does not let us look. */
static bool find_mapping(pid_t pid, struct mapping *mapping)
{
    char path[NAME_SIZE];
    char *line = NULL;
    size_t size = 0;
    mapping->path[0] = '\0';
    files_name_number(path, "/proc/", (uint64_t)pid, "/maps");
    FILE *maps = fopen(path, "re");
    if (maps == NULL)
        return false;
    while (getline(&line, &size, maps) > 0 && !read_mapping(line, mapping))
        continue;
    bool readable = !ferror(maps);
    free(line);
    fclose(maps);
    return readable;
}

/* The very file that is mapped, if that may be opened (root), else the one of its name. */
static bool read_version(pid_t pid, const struct mapping *mapping, char *version)
{
    char path[PATH_MAX + NAME_SIZE];
    int word_bits; /* what is loaded is of the right ones */
    snprintf(path, sizeof(path), "/proc/%d/map_files/%s", (int)pid, mapping->range);
    if (object_read(path, version, OBJECT_VERSION_SIZE, &word_bits))
        return true;
    snprintf(path, sizeof(path), "/proc/%d/root%s", (int)pid, mapping->path);
    return !mapping->deleted && object_read(path, version, OBJECT_VERSION_SIZE, &word_bits);
}

/* ---- findings ---- */

static void fail_unloaded(struct patient *patient)
{
    const char *preload = string_list_value(&patient->environment, "LD_PRELOAD");
    bool asked = preload != NULL && strstr(preload, "libportclaim.so") != NULL;
    bool secure = is_secure(patient->pid);
    checkup_add(&patient->checkup,
                (struct finding){
                    .check = check,
                    .result = RESULT_FAIL,
                    .found = said("libportclaim.so is not in this process"),
                    .why = secure  ? "it was started with other privileges than its caller's, and "
                                     "then the loader ignores LD_PRELOAD (AT_SECURE)"
                           : asked ? "LD_PRELOAD names it, but the loader could not load it; it "
                                     "said why on stderr when the program started"
                                   : "it was started without LD_PRELOAD; a running program cannot "
                                     "be given it",
                    .cure = cure_by_restart(patient),
                });
}

static void warn_of_object(struct patient *patient, char *found, const char *why)
{
    checkup_add(&patient->checkup, (struct finding){
                                       .check = check,
                                       .result = RESULT_WARN,
                                       .found = found,
                                       .why = why,
                                       .cure = cure_by_restart(patient),
                                   });
}

bool check_loaded(struct patient *patient)
{
    struct mapping mapping;
    char version[OBJECT_VERSION_SIZE] = "";
    if (!find_mapping(patient->pid, &mapping)) {
        checkup_add(&patient->checkup, (struct finding){
                                           .check = check,
                                           .result = RESULT_WARN,
                                           .found = said("its memory map cannot be read"),
                                           .why = "only its own user and root may look",
                                           .cure = said("sudo portclaim doctor %d", patient->pid),
                                       });
        return false;
    }
    if (mapping.path[0] == '\0') {
        fail_unloaded(patient);
        return false;
    }
    bool known = read_version(patient->pid, &mapping, version);
    if (mapping.deleted)
        warn_of_object(patient,
                       said("%s%s%s, which was replaced or deleted since", mapping.path,
                            known ? ", version " : "", version),
                       "the process goes on with the file that it was started with");
    else if (known && !text_equal(version, PORTCLAIM_VERSION))
        warn_of_object(
            patient,
            said("%s, version %s, this command %s", mapping.path, version, PORTCLAIM_VERSION),
            "it may know other settings, and this command cannot tell which");
    else
        checkup_pass(&patient->checkup, check,
                     said("%s%s%s", mapping.path, known ? ", version " : "", version));
    return true;
}
