#include "checks.h"
#include "core/text.h"
#include "strings.h"
#include "windows/path.h"
#include "windows/state.h"

#include <stdlib.h>
#include <string.h>

/* What of a name in the settings stands in the way of writing there. */
enum obstacle {
    OBSTACLE_NONE,
    OBSTACLE_KIND,      /* a file in the place of a directory or the other way, or a link */
    OBSTACLE_DENIED,    /* the account that asks may not */
    OBSTACLE_DIRECTORY, /* the directory in which it would be made is not there */
    OBSTACLE_CUT,       /* too long a path */
};

static const DWORD anybody_may = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/* ---- a look, which changes nothing ---- */

static bool may(const wchar_t *path, DWORD access)
{
    HANDLE handle = CreateFileW(path, access, anybody_may, NULL, OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        return false;
    (void)CloseHandle(handle);
    return true;
}

static void cut_last_name(wchar_t *path)
{
    wchar_t *last = wcsrchr(path, L'\\');
    if (last != NULL)
        last[last > path && last[-1] == L':' ? 1 : 0] = L'\0';
}

static enum obstacle look(const wchar_t *path, bool directory)
{
    wchar_t parent[PATH_UNITS];
    DWORD attributes = GetFileAttributesW(path);
    if (attributes != INVALID_FILE_ATTRIBUTES) {
        bool is_directory = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
        bool is_link = directory && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
        if (is_directory != directory || is_link)
            return OBSTACLE_KIND;
        return may(path, directory ? FILE_ADD_FILE : FILE_APPEND_DATA) ? OBSTACLE_NONE
                                                                       : OBSTACLE_DENIED;
    }
    wcscpy(parent, path);
    cut_last_name(parent);
    attributes = GetFileAttributesW(parent);
    if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0)
        return OBSTACLE_DIRECTORY;
    return may(parent, directory ? FILE_ADD_SUBDIRECTORY : FILE_ADD_FILE) ? OBSTACLE_NONE
                                                                          : OBSTACLE_DENIED;
}

/* With our own rights: another account's are not known, and LocalSystem has all of them. */
static enum obstacle look_for(const struct patient *patient, const wchar_t *path, bool directory)
{
    enum obstacle obstacle = look(path, directory);
    return obstacle == OBSTACLE_DENIED && patient->account.system ? OBSTACLE_NONE : obstacle;
}

bool lies_on_share(const wchar_t *path)
{
    const wchar_t root[] = {path[0], path[0] == L'\0' ? L'\0' : path[1], L'\\', L'\0'};
    return path[0] == L'\\' || GetDriveTypeW(root) == DRIVE_REMOTE;
}

static char *found_of(enum obstacle obstacle, const char *name, bool directory)
{
    switch (obstacle) {
    case OBSTACLE_KIND:
        return said("%s is %s", name, directory ? "a file or a link" : "a directory");
    case OBSTACLE_DENIED:
        return said("%s may not be written", name);
    case OBSTACLE_DIRECTORY:
        return said("the directory in which %s would be made does not exist", name);
    default:
        return said("%s is too long a path", name);
    }
}

static char *cure_of(const struct patient *patient, enum obstacle obstacle, const char *name,
                     const char *variable, const char *other)
{
    int length = (int)(strings_base_name(name) - name);
    char *directory = formatted("%.*s", length > 0 ? length - 1 : 0, name);
    char *cure = NULL;
    if (obstacle == OBSTACLE_DIRECTORY)
        cure = said("mkdir \"%s\"", directory);
    else if (obstacle == OBSTACLE_DENIED)
        cure = said("icacls \"%s\" /grant \"%s:(OI)(CI)M\", as administrator", directory,
                    patient->account.name);
    else
        cure = cure_by_setting(patient, variable, other);
    free(directory);
    return cure;
}

/* ---- the lock and the memory ---- */

/* A service that is not looked at as a process: what it is started with is not seen. */
static bool is_planned(const struct patient *patient)
{
    return patient->service != NULL && patient->pid == 0;
}

/* Where it is by itself; false when nobody can tell. */
static bool prefer_user_directory(struct patient *patient)
{
    struct string_list environment = {0};
    const char *local = string_list_value(&patient->environment, "LOCALAPPDATA");
    wchar_t *profile = is_planned(patient) ? account_local_directory(&patient->account) : NULL;
    char *own = profile == NULL ? NULL : strings_from_wide(profile);
    if (own != NULL || (local != NULL && !is_planned(patient))) {
        char *entry = formatted("LOCALAPPDATA=%s", own != NULL ? own : local);
        string_list_add(&environment, entry);
        state_prefer_user_directory(&patient->settings, environment.list);
        free(entry);
    }
    free(profile);
    free(own);
    string_list_free(&environment);
    return patient->settings.state_directory[0] != '\0';
}

static void warn_of_state(struct patient *patient, char *found, char *cure)
{
    checkup_note(&patient->checkup, "state", RESULT_WARN, found,
                 "two instances that start at once cannot take turns, and PORTCLAIM_LIMIT, which "
                 "ends kill wars, counts nothing",
                 cure);
}

static void warn_of_unknown(struct patient *patient)
{
    static const char variable[] = "PORTCLAIM_STATE_DIR";
    if (is_planned(patient))
        checkup_note(&patient->checkup, "state", RESULT_WARN,
                     said("the profile of %s is not known", patient->account.name),
                     "whether its %LOCALAPPDATA%\\portclaim can be used was not looked at",
                     cure_by_setting(patient, variable, "C:\\ProgramData\\portclaim"));
    else if (patient->environment_hidden)
        checkup_note(&patient->checkup, "state", RESULT_WARN,
                     said("its %%LOCALAPPDATA%% is not known"),
                     "whether its directory can be used was not looked at", NULL);
    else
        warn_of_state(patient, said("there is no LOCALAPPDATA in its environment"),
                      cure_by_setting(patient, variable, "C:\\ProgramData\\portclaim"));
}

void check_state(struct patient *patient)
{
    static const char other[] = "C:\\ProgramData\\portclaim";
    wchar_t path[PATH_UNITS];
    bool chosen = patient->settings.state_directory[0] != '\0';
    if (!chosen && !prefer_user_directory(patient)) {
        warn_of_unknown(patient);
        return;
    }
    bool whole = path_to_wide(patient->settings.state_directory, path, PATH_UNITS);
    char *name = strings_from_wide(path);
    enum obstacle obstacle = whole ? look_for(patient, path, true) : OBSTACLE_CUT;
    if (lies_on_share(path))
        warn_of_state(patient, said("%s lies on a share", name),
                      cure_by_setting(patient, "PORTCLAIM_STATE_DIR", other));
    else if (!chosen && !patient->account.ours && obstacle == OBSTACLE_DENIED)
        checkup_pass(&patient->checkup, "state", said("%s, in its own profile", name));
    else if (obstacle != OBSTACLE_NONE)
        warn_of_state(patient, found_of(obstacle, name, true),
                      cure_of(patient, obstacle, name, "PORTCLAIM_STATE_DIR", other));
    else
        checkup_pass(&patient->checkup, "state", said("%s", name));
    free(name);
}

/* ---- the record ---- */

static char *cure_by_log(const struct patient *patient)
{
    return cure_by_setting(patient, "PORTCLAIM_LOG", "C:\\ProgramData\\portclaim.log");
}

/* What a service writes to stderr goes nowhere; a wrapper may have a file for it. */
static void check_stderr(struct patient *patient)
{
    if (is_planned(patient) && patient->wrapped && !patient->service->by_nssm)
        checkup_note(&patient->checkup, "log", RESULT_WARN,
                     said("PORTCLAIM_LOG=stderr, and a service has none"),
                     "nobody sees what portclaim says", cure_by_log(patient));
}

void check_log(struct patient *patient)
{
    wchar_t path[PATH_UNITS];
    if (patient->settings.log_target == LOG_STDERR)
        check_stderr(patient);
    if (patient->settings.log_target != LOG_FILE)
        return;
    bool whole = path_to_wide(patient->settings.log_file, path, PATH_UNITS);
    char *name = strings_from_wide(path);
    enum obstacle obstacle = whole ? look_for(patient, path, false) : OBSTACLE_CUT;
    if (obstacle != OBSTACLE_NONE)
        checkup_note(
            &patient->checkup, "log", RESULT_WARN, found_of(obstacle, name, false),
            "the record goes to stderr instead, where there is one",
            cure_of(patient, obstacle, name, "PORTCLAIM_LOG", "C:\\ProgramData\\portclaim.log"));
    else if (!patient->account.ours && !patient->account.system)
        checkup_note(&patient->checkup, "log", RESULT_WARN,
                     said("whether %s may write %s was not looked at", patient->account.name, name),
                     "if not, the record goes to stderr instead, where there is one",
                     cure_of(patient, OBSTACLE_DENIED, name, "PORTCLAIM_LOG", ""));
    else
        checkup_pass(&patient->checkup, "log", said("%s", name));
    free(name);
}
