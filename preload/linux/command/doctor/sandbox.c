#include "sandbox.h"

#include "command/doctor/checkup.h"
#include "core/text.h"
#include "notation.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Is `path` the directory itself, or below it? */
static bool lies_in(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    while (length > 0 && directory[length - 1] == '/')
        length--;
    return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static char *setting(const struct service *service, const char *property)
{
    return said("%s=%s", property, service_get(service, property));
}

static bool lies_in_home(const char *path)
{
    return lies_in(path, "/home") || lies_in(path, "/root") || lies_in(path, "/run/user");
}

static bool has_private_tmp(const struct service *service)
{
    return service_has(service, "PrivateTmp") || service_has(service, "PrivateTmpEx");
}

static bool lies_in_tmp(const char *path)
{
    return lies_in(path, "/tmp") || lies_in(path, "/var/tmp");
}

/* ---- lists of places ---- */

/* "-" forgives a missing one, "+" means below RootDirectory=; TemporaryFileSystem= has options. */
static size_t depth_in_list(const struct service *service, const char *property, const char *path,
                            bool *read_only)
{
    struct string_list places = {0};
    size_t deepest = 0;
    notation_split(service_get(service, property), &places);
    for (size_t index = 0; index < places.count; index++) {
        char *place = places.list[index] + strspn(places.list[index], "-+");
        char *options = strchr(place, ':');
        if (options != NULL)
            *options = '\0';
        if (place[0] != '/' || !lies_in(path, place) || strlen(place) < deepest)
            continue;
        deepest = strlen(place);
        if (read_only != NULL)
            *read_only = options != NULL && strstr(options + 1, "ro") != NULL;
    }
    string_list_free(&places);
    return deepest;
}

static bool is_listed(const struct service *service, const char *property, const char *path)
{
    return depth_in_list(service, property, path, NULL) > 0;
}

/* "/source:/target:rbind", not quoted: a path with blanks is not found. */
static size_t depth_in_binds(const struct service *service, const char *property, const char *path)
{
    struct string_list binds = {0};
    size_t deepest = 0;
    notation_split(service_get(service, property), &binds);
    for (size_t index = 0; index < binds.count; index++) {
        char *target = strchr(binds.list[index], ':');
        if (target == NULL)
            continue;
        target++;
        target[strcspn(target, ":")] = '\0';
        if (lies_in(path, target) && strlen(target) > deepest)
            deepest = strlen(target);
    }
    string_list_free(&binds);
    return deepest;
}

static bool is_bound(const struct service *service, const char *path)
{
    return depth_in_binds(service, "BindPaths", path) > 0 ||
           depth_in_binds(service, "BindReadOnlyPaths", path) > 0;
}

/* ---- reading ---- */

static bool root_lacks(const struct service *service, const char *path)
{
    char inside[PATH_MAX];
    const char *root = service_get(service, "RootDirectory");
    if (root[0] == '\0' || text_equal(root, "/"))
        return false;
    int length = snprintf(inside, sizeof(inside), "%s%s", root, path);
    return length < 0 || (size_t)length >= sizeof(inside) || access(inside, F_OK) != 0;
}

static const char *what_closes(const struct service *service, const char *path)
{
    if (service_is(service, "ProtectHome", "yes") && lies_in_home(path))
        return "ProtectHome";
    return is_listed(service, "InaccessiblePaths", path) ? "InaccessiblePaths" : NULL;
}

static const char *what_covers(const struct service *service, const char *path)
{
    if (service_has(service, "RootImage"))
        return "RootImage";
    if (root_lacks(service, path))
        return "RootDirectory";
    if (service_is(service, "ProtectHome", "tmpfs") && lies_in_home(path))
        return "ProtectHome";
    if (has_private_tmp(service) && lies_in_tmp(path))
        return "PrivateTmp";
    return is_listed(service, "TemporaryFileSystem", path) ? "TemporaryFileSystem" : NULL;
}

char *sandbox_hides(const struct service *service, const char *path, bool *bind_helps)
{
    const char *closing = what_closes(service, path);
    const char *covering = what_covers(service, path);
    *bind_helps = closing == NULL;
    if (service->privileged)
        return NULL;
    if (closing != NULL)
        return setting(service, closing);
    return covering == NULL || is_bound(service, path) ? NULL : setting(service, covering);
}

/* A bind mount keeps the flags of its own: seen with systemd 252. */
char *sandbox_forbids_execution(const struct service *service, const char *path)
{
    size_t forbidden = depth_in_list(service, "NoExecPaths", path, NULL);
    size_t allowed = depth_in_list(service, "ExecPaths", path, NULL);
    bool exempt = service->privileged || is_bound(service, path);
    return !exempt && forbidden > allowed ? setting(service, "NoExecPaths") : NULL;
}

/* ---- writing ---- */

/* The deepest place on the way to the path decides. */
struct place {
    size_t depth;
    const char *property; /* that makes it read-only; NULL: it can be written */
};

static void consider(struct place *place, size_t depth, const char *property)
{
    if (depth == 0 || depth < place->depth)
        return;
    *place = (struct place){depth, property};
}

static void consider_in(struct place *place, const char *path, const char *directory,
                        const char *property)
{
    if (lies_in(path, directory))
        consider(place, strlen(directory), property);
}

static void consider_system(struct place *place, const struct service *service, const char *path)
{
    static const char property[] = "ProtectSystem";
    static const char *const kernel_files[] = {"/dev", "/proc", "/sys"};
    static const char *const system[] = {"/usr", "/boot", "/efi"};
    if (service_is(service, property, "strict")) {
        consider(place, 1, property);
        for (size_t index = 0; index < sizeof(kernel_files) / sizeof(kernel_files[0]); index++)
            consider_in(place, path, kernel_files[index], NULL);
    } else if (service_has(service, property)) {
        for (size_t index = 0; index < sizeof(system) / sizeof(system[0]); index++)
            consider_in(place, path, system[index], property);
        if (service_is(service, property, "full"))
            consider_in(place, path, "/etc", property);
    }
    if (service_has(service, "ProtectHome") && lies_in_home(path))
        consider(place, strlen("/home"), "ProtectHome");
    if (has_private_tmp(service) && lies_in_tmp(path))
        consider(place, strlen("/tmp"), NULL);
}

static const char *runtime_root(const struct service *service)
{
    const char *own = service_variable(service, "XDG_RUNTIME_DIR");
    return service->of_user && own != NULL ? own : "/run";
}

/* RuntimeDirectory=name/below: systemd makes them, and they can be written. "name:link" as well. */
static size_t depth_in_directories(const struct service *service, const char *property,
                                   const char *root, const char *path)
{
    struct string_list names = {0};
    size_t deepest = 0;
    notation_split(service_get(service, property), &names);
    for (size_t index = 0; index < names.count; index++) {
        char directory[PATH_MAX];
        names.list[index][strcspn(names.list[index], ":")] = '\0';
        snprintf(directory, sizeof(directory), "%s/%s", root, names.list[index]);
        if (lies_in(path, directory) && strlen(directory) > deepest)
            deepest = strlen(directory);
    }
    string_list_free(&names);
    return deepest;
}

static size_t depth_in_own_directories(const struct service *service, const char *path)
{
    static const struct {
        const char *property;
        const char *root;
    } kinds[] = {
        {"StateDirectory", "/var/lib"},
        {"CacheDirectory", "/var/cache"},
        {"LogsDirectory", "/var/log"},
    };
    size_t deepest = depth_in_directories(service, "RuntimeDirectory", runtime_root(service), path);
    /* A user's own lie in the home directory, under names of its choice. */
    for (size_t index = 0; !service->of_user && index < sizeof(kinds) / sizeof(kinds[0]); index++) {
        size_t depth =
            depth_in_directories(service, kinds[index].property, kinds[index].root, path);
        if (depth > deepest)
            deepest = depth;
    }
    return deepest;
}

bool sandbox_makes(const struct service *service, const char *path)
{
    return depth_in_own_directories(service, path) > 0 ||
           (has_private_tmp(service) && lies_in_tmp(path));
}

char *sandbox_forbids_writing(const struct service *service, const char *path)
{
    struct place place = {0};
    bool read_only = false;
    if (service->privileged)
        return NULL;
    consider_system(&place, service, path);
    consider(&place, depth_in_list(service, "ReadOnlyPaths", path, NULL), "ReadOnlyPaths");
    consider(&place, depth_in_list(service, "ReadWritePaths", path, NULL), NULL);
    size_t depth = depth_in_list(service, "TemporaryFileSystem", path, &read_only);
    consider(&place, depth, read_only ? "TemporaryFileSystem" : NULL);
    consider(&place, depth_in_list(service, "InaccessiblePaths", path, NULL), "InaccessiblePaths");
    consider(&place, depth_in_binds(service, "BindReadOnlyPaths", path), "BindReadOnlyPaths");
    consider(&place, depth_in_binds(service, "BindPaths", path), NULL);
    consider(&place, depth_in_own_directories(service, path), NULL);
    return place.property == NULL ? NULL : setting(service, place.property);
}

char *sandbox_forgets(const struct service *service, const char *path)
{
    bool kept = service_has(service, "RuntimeDirectoryPreserve");
    if (service->privileged)
        return NULL;
    if (has_private_tmp(service) && lies_in_tmp(path))
        return setting(service, "PrivateTmp");
    if (!kept && depth_in_directories(service, "RuntimeDirectory", runtime_root(service), path) > 0)
        return setting(service, "RuntimeDirectoryPreserve");
    if (is_listed(service, "TemporaryFileSystem", path))
        return setting(service, "TemporaryFileSystem");
    return NULL;
}
