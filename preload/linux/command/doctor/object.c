#include "checks.h"
#include "core/text.h"
#include "core/version.h"
#include "linux/command/program/library_directory.h"
#include "notation.h"
#include "sandbox.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char object_check[] = "object";
static const char preload_check[] = "preload";
static const char object_name[] = "libportclaim.so";
static const char separators[] = ": \t\n"; /* ld.so(8), LD_PRELOAD */

static void fail(struct patient *patient, const char *check, char *found, const char *why,
                 char *cure)
{
    checkup_add(&patient->checkup, (struct finding){
                                       .check = check,
                                       .result = RESULT_FAIL,
                                       .found = found,
                                       .why = why,
                                       .cure = cure,
                                   });
}

static void fail_with_unit_lines(struct patient *patient, const char *check, char *found,
                                 const char *why, char *cure)
{
    checkup_add(&patient->checkup, (struct finding){
                                       .check = check,
                                       .result = RESULT_FAIL,
                                       .found = found,
                                       .why = why,
                                       .cure = cure,
                                       .unit_lines = true,
                                   });
}

/* ---- LD_PRELOAD ---- */

static const char *preload_of(const struct patient *patient)
{
    const char *preload = string_list_value(&patient->environment, "LD_PRELOAD");
    return preload == NULL ? "" : preload;
}

/* Our object's entry in a list of LD_PRELOAD. By malloc(3); NULL: there is none. */
static char *own_entry(const char *list)
{
    for (list += strspn(list, separators); *list != '\0'; list += strspn(list, separators)) {
        size_t length = strcspn(list, separators);
        char *entry = formatted("%.*s", (int)length, list);
        if (text_equal(text_base_name(entry), object_name))
            return entry;
        free(entry);
        list += length;
    }
    return NULL;
}

/* The object in front of those that are preloaded already, without another one of ours. */
static char *cure_of_preload(const struct patient *patient)
{
    char *list = patient->object_found
                     ? formatted("LD_PRELOAD=%s", patient->object.path)
                     : formatted("LD_PRELOAD=%s/%s", library_directory, object_name);
    const char *rest = preload_of(patient);
    for (rest += strspn(rest, separators); *rest != '\0'; rest += strspn(rest, separators)) {
        size_t length = strcspn(rest, separators);
        char *entry = formatted("%.*s", (int)length, rest);
        if (!text_equal(text_base_name(entry), object_name)) {
            char *longer = formatted("%s:%s", list, entry);
            free(list);
            list = longer;
        }
        free(entry);
        rest += length;
    }
    char *quoted = notation_quote_for_unit(list);
    char *cure = said("Environment=%s", quoted);
    free(quoted);
    free(list);
    return cure;
}

/* A line of the unit does nothing where a file sets the variable after it, or it is removed. */
static bool is_overruled(const struct service *service)
{
    const char *preload = service_variable(service, "LD_PRELOAD");
    const char *unset = service_get(service, "UnsetEnvironment");
    struct string_list own = {0};
    bool in_unit = preload == NULL;
    notation_split(service_get(service, "Environment"), &own);
    for (size_t index = 0; index < own.count && preload != NULL; index++)
        in_unit |= text_starts_with(own.list[index], "LD_PRELOAD=") &&
                   text_equal(own.list[index] + strlen("LD_PRELOAD="), preload);
    string_list_free(&own);
    return notation_has_word(unset, "LD_PRELOAD") ||
           (!in_unit && service_has(service, "EnvironmentFiles"));
}

static void fail_preload(struct patient *patient, char *found, const char *why)
{
    char *cure = cure_of_preload(patient);
    if (!is_overruled(patient->service)) {
        fail_with_unit_lines(patient, preload_check, found, why, cure);
        return;
    }
    char *elsewhere =
        said("where it is set or removed (EnvironmentFile=, UnsetEnvironment=): %s", cure);
    free(cure);
    fail(patient, preload_check, found, why, elsewhere);
}

static void warn_of_unread_files(struct patient *patient)
{
    const struct string_list *files = &patient->service->unread_files;
    for (size_t index = 0; index < files->count; index++)
        checkup_add(&patient->checkup,
                    (struct finding){
                        .check = "environment-file",
                        .result = RESULT_WARN,
                        .found = said("%s cannot be read", files->list[index]),
                        .why = "it can set LD_PRELOAD and PORTCLAIM_... otherwise than the unit",
                        .cure = said("sudo portclaim doctor %s", patient->service->name),
                    });
}

void check_preload(struct patient *patient)
{
    char *entry = own_entry(preload_of(patient));
    warn_of_unread_files(patient);
    if (patient->wrapped)
        checkup_pass(&patient->checkup, preload_check,
                     said("ExecStart= goes through portclaim run"));
    else if (entry == NULL && preload_of(patient)[0] == '\0')
        fail_preload(patient, said("its environment has no LD_PRELOAD"),
                     "without it the program never comes across portclaim");
    else if (entry == NULL)
        fail_preload(patient, said("LD_PRELOAD=%s is without %s", preload_of(patient), object_name),
                     "without it the program never comes across portclaim");
    else if (strchr(entry, '/') == NULL)
        fail_preload(patient, said("LD_PRELOAD=%s is without a directory", entry),
                     "the loader then looks only where libraries are known to be: ldconfig(8)");
    else
        checkup_pass(&patient->checkup, preload_check, said("LD_PRELOAD=%s", preload_of(patient)));
    free(entry);
}

/* ---- the file ---- */

/* Another file than this command's own: that one is the cure, where it may be named. */
static void add_wrong_object(struct patient *patient, enum result result, char *found,
                             const char *why)
{
    bool by_unit = patient->object_found && patient->service != NULL && !patient->wrapped &&
                   !is_overruled(patient->service);
    char *cure = NULL;
    if (by_unit)
        cure = cure_of_preload(patient);
    else if (patient->object_found)
        cure = said("LD_PRELOAD=%s", patient->object.path);
    checkup_add(&patient->checkup, (struct finding){
                                       .check = object_check,
                                       .result = result,
                                       .found = found,
                                       .why = why,
                                       .cure = cure,
                                       .unit_lines = by_unit,
                                   });
}

static bool check_version(struct patient *patient, const char *path)
{
    static const char goes_on[] = "the loader complains in one line and goes on without it";
    char version[OBJECT_VERSION_SIZE];
    int word_bits = 0;
    if (access(path, F_OK) != 0)
        add_wrong_object(patient, RESULT_FAIL,
                         said("%s does not exist, or cannot be reached", path), goes_on);
    else if (!object_read(path, version, sizeof(version), &word_bits))
        add_wrong_object(patient, RESULT_FAIL,
                         said("%s is not portclaim's object, or cannot be read", path), goes_on);
    else if (patient->program.word_bits != 0 && word_bits != patient->program.word_bits)
        add_wrong_object(patient, RESULT_FAIL,
                         said("%s is of %d bits, and the program of %d", path, word_bits,
                              patient->program.word_bits),
                         goes_on);
    else if (!text_equal(version, PORTCLAIM_VERSION))
        add_wrong_object(
            patient, RESULT_WARN,
            said("%s is version %s, this command %s", path, version, PORTCLAIM_VERSION),
            "it may know other settings, and this command cannot tell which");
    else
        return true;
    return false;
}

/* Where no sandbox hides it and everybody may read. */
static char *cure_by_installing(const char *path)
{
    return said_both(said("install -D -m 644 %s /usr/local/lib/%s", path, object_name),
                     said("Environment=LD_PRELOAD=/usr/local/lib/%s", object_name));
}

static bool check_mount(struct patient *patient, const char *path)
{
    struct statvfs status;
    if (statvfs(path, &status) != 0 || (status.f_flag & ST_NOEXEC) == 0)
        return true;
    fail(patient, object_check, said("%s lies in a file system that is mounted noexec", path),
         "the loader cannot map it as code, and goes on without it", cure_by_installing(path));
    return false;
}

static bool check_sandbox(struct patient *patient, const char *path)
{
    static const char not_found[] =
        "the loader does not find it in the sandbox, and goes on without it";
    bool bind_helps;
    char *hidden = sandbox_hides(patient->service, path, &bind_helps);
    char *forbidden = sandbox_forbids_execution(patient->service, path);
    bool missing = access(path, F_OK) != 0;
    /* systemd starts no service with a path in its unit that does not exist: status 226. */
    if ((hidden != NULL || forbidden != NULL) && missing)
        add_wrong_object(patient, RESULT_FAIL,
                         said("%s does not exist, or cannot be reached", path), not_found);
    else if (hidden != NULL && bind_helps)
        fail_with_unit_lines(patient, object_check, said("%s hides %s", hidden, path), not_found,
                             said("BindReadOnlyPaths=%s", path));
    else if (hidden != NULL)
        fail(patient, object_check, said("%s hides %s", hidden, path), not_found,
             cure_by_installing(path));
    else if (forbidden != NULL)
        fail_with_unit_lines(patient, object_check, said("%s takes in %s", forbidden, path),
                             "the loader cannot map it as code, and goes on without it",
                             said("ExecPaths=%s", path));
    bool well = hidden == NULL && forbidden == NULL;
    free(hidden);
    free(forbidden);
    return well;
}

static bool check_modes(struct patient *patient, const char *path)
{
    if (!patient->account.known) {
        fail(patient, object_check,
             said("there is no user %s here, so nobody can say what it may read",
                  patient->account.name),
             "systemd does not start a service of a user that does not exist",
             said("useradd --system %s", patient->account.name));
        return false;
    }
    char *obstacle = account_obstacle(&patient->account, path);
    if (obstacle == NULL)
        return true;
    fail(patient, object_check,
         said("user %s may not read %s (in the way: %s)", patient->account.name, path, obstacle),
         "the loader complains in one line and goes on without it",
         said("chmod a+rX %s", obstacle));
    free(obstacle);
    return false;
}

static void check_object_at(struct patient *patient, const char *path)
{
    char resolved[PATH_MAX];
    bool within_root = patient->service != NULL && !patient->service->privileged &&
                       (service_has(patient->service, "RootDirectory") ||
                        service_has(patient->service, "RootImage"));
    if (strchr(path, '$') != NULL) { /* $LIB, $ORIGIN, $PLATFORM: the loader's own affair */
        if (object_resolve(&patient->program, path, resolved))
            check_object_at(patient, resolved);
        else
            checkup_pass(&patient->checkup, object_check,
                         said("%s is for the loader to find; a running process shows it", path));
        return;
    }
    if (patient->service != NULL && !check_sandbox(patient, path))
        return;
    if (!within_root && (!check_version(patient, path) || !check_mount(patient, path)))
        return;
    if (patient->service != NULL && !within_root && !check_modes(patient, path))
        return;
    checkup_pass(&patient->checkup, object_check,
                 said("%s%s", path, within_root ? "" : ", of this version, can be read"));
}

void check_object(struct patient *patient)
{
    bool preloaded = patient->service != NULL && !patient->wrapped;
    if (patient->engine == ENGINE_SECCOMP) {
        checkup_pass(&patient->checkup, object_check, said("the seccomp engine needs none"));
        return;
    }
    char *entry = preloaded ? own_entry(preload_of(patient)) : NULL;
    if (entry != NULL && strchr(entry, '/') != NULL)
        check_object_at(patient, entry);
    else if (patient->object_found)
        check_object_at(patient, patient->object.path);
    else
        fail(patient, object_check, said("%s", patient->object.why),
             "without its object portclaim is in no program",
             said(object_is_of_its_own(&patient->program) ? "make install-multilib"
                                                          : "make install"));
    free(entry);
}
