#include "service.h"

#include "command/command.h"
#include "command/doctor/checkup.h"
#include "core/text.h"
#include "notation.h"
#include "shell.h"
#include "systemctl.h"

#include <err.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What systemctl(1) does not know, because it is of an older systemd, it leaves out. */
static const char properties[] =
    "Id,LoadState,LoadError,Type,User,Group,SupplementaryGroups,DynamicUser,ExecStart,ExecStartEx,"
    "Environment,EnvironmentFiles,UnsetEnvironment,RestrictAddressFamilies,SystemCallFilter,"
    "SystemCallErrorNumber,CapabilityBoundingSet,AmbientCapabilities,InaccessiblePaths,BindPaths,"
    "BindReadOnlyPaths,TemporaryFileSystem,ReadWritePaths,ReadOnlyPaths,NoExecPaths,ExecPaths,"
    "ProtectSystem,ProtectHome,PrivateTmp,PrivateTmpEx,RuntimeDirectory,RuntimeDirectoryPreserve,"
    "StateDirectory,CacheDirectory,LogsDirectory,RootDirectory,RootImage,MountAPIVFS,ProtectProc,"
    "PrivateUsers,PrivateUsersEx,PrivateNetwork,JoinsNamespaceOf,PrivatePIDs,KillMode,"
    "SendSIGKILL,Restart,RestartUSec,StartLimitIntervalUSec,StartLimitBurst,TimeoutStartUSec,"
    "WatchdogUSec,TriggeredBy";

/* ---- questions ---- */

const char *service_get(const struct service *service, const char *property)
{
    const char *value = string_list_value(&service->properties, property);
    return value == NULL ? "" : value;
}

bool service_is(const struct service *service, const char *property, const char *value)
{
    return text_equal(service_get(service, property), value);
}

bool service_has(const struct service *service, const char *property)
{
    const char *value = service_get(service, property);
    return value[0] != '\0' && !text_equal(value, "no") && !text_equal(value, "false");
}

const char *service_variable(const struct service *service, const char *variable)
{
    return string_list_value(&service->environment, variable);
}

/* ---- the environment ---- */

/* The later one counts, as with systemd's strv_env_merge(). */
static void set_variable(struct string_list *environment, const char *entry)
{
    size_t length = strcspn(entry, "=") + 1;
    for (size_t index = environment->count; index-- > 0;) {
        if (strncmp(environment->list[index], entry, length) == 0)
            string_list_remove(environment, index);
    }
    string_list_add(environment, entry);
}

static void set_variables(struct string_list *environment, struct string_list *entries)
{
    for (size_t index = 0; index < entries->count; index++)
        set_variable(environment, entries->list[index]);
    string_list_free(entries);
}

/* A name, or a name with the one value with which it is to go. */
static bool is_unset(const char *entry, const char *unset)
{
    size_t length = strlen(unset);
    return text_equal(entry, unset) || (strncmp(entry, unset, length) == 0 && entry[length] == '=');
}

static void unset_variables(struct string_list *environment, const char *list)
{
    struct string_list unset = {0};
    notation_split(list, &unset);
    for (size_t which = 0; which < unset.count; which++) {
        for (size_t index = environment->count; index-- > 0;) {
            if (is_unset(environment->list[index], unset.list[which]))
                string_list_remove(environment, index);
        }
    }
    string_list_free(&unset);
}

static bool read_environment_file(struct service *service, const char *path)
{
    char *content = NULL;
    size_t size = 0;
    struct string_list entries = {0};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    bool read = getdelim(&content, &size, '\0', file) > 0 || feof(file);
    fclose(file);
    if (read && content != NULL)
        notation_read_environment_file(content, &entries);
    set_variables(&service->environment, &entries);
    free(content);
    return read;
}

/* "/etc/default/x (ignore_errors=yes)"; the path may be a pattern. */
static void read_environment_files(struct service *service, const char *value)
{
    static const char mark[] = " (ignore_errors=";
    const char *end = strstr(value, mark);
    char *pattern = strndup(value, end == NULL ? strlen(value) : (size_t)(end - value));
    bool optional = end != NULL && text_starts_with(end + sizeof(mark) - 1, "yes");
    glob_t found = {0};
    if (pattern == NULL)
        err(EXIT_MISUSE, "portclaim");
    /* Without a match, the pattern itself: then fopen() says why. */
    if (glob(pattern, GLOB_NOCHECK, NULL, &found) == 0) {
        for (size_t index = 0; index < found.gl_pathc; index++) {
            if (!read_environment_file(service, found.gl_pathv[index]) &&
                !(optional && errno == ENOENT))
                string_list_add(&service->unread_files, found.gl_pathv[index]);
        }
    }
    globfree(&found);
    free(pattern);
}

static void read_environment(struct service *service)
{
    static const char files[] = "EnvironmentFiles=";
    struct string_list manager = {0};
    struct string_list own = {0};
    char *why = NULL;
    if (systemctl_show("Environment", NULL, service->of_user, &manager, &why) &&
        string_list_value(&manager, "Environment") != NULL)
        notation_split(string_list_value(&manager, "Environment"), &own);
    free(why);
    string_list_free(&manager);
    notation_split(service_get(service, "Environment"), &own);
    set_variables(&service->environment, &own);
    for (size_t index = 0; index < service->properties.count; index++) {
        const char *line = service->properties.list[index];
        if (text_starts_with(line, files) && line[sizeof(files) - 1] != '\0')
            read_environment_files(service, line + sizeof(files) - 1);
    }
    unset_variables(&service->environment, service_get(service, "UnsetEnvironment"));
}

/* ---- the whole ---- */

static char *why_not_loaded(const struct service *service)
{
    if (service_is(service, "LoadState", "not-found"))
        return said("there is no unit %s; `systemctl%s list-unit-files --type=service` has the "
                    "names%s",
                    service->name, service->of_user ? " --user" : "",
                    service->of_user ? "" : ", and a user's own units want --user");
    if (service_is(service, "LoadState", "masked")) {
        char *unmask = shell_systemctl(service->of_user, "unmask", service->name);
        char *why =
            said("%s is masked and cannot be started; `%s` ends that", service->name, unmask);
        free(unmask);
        return why;
    }
    if (!service_is(service, "LoadState", "loaded"))
        return said("systemd could not load %s (%s); `systemd-analyze%s verify %s` tells more",
                    service->name, service_get(service, "LoadState"),
                    service->of_user ? " --user" : "", service->name);
    if (service_is(service, "Type", ""))
        return said("%s is no service; name the service itself", service->name);
    return said("%s has no ExecStart=, so there is no server to look at", service->name);
}

static void read_command(struct service *service)
{
    const char *extended = service_get(service, "ExecStartEx");
    const char *plain = service_get(service, "ExecStart");
    notation_read_command(extended[0] != '\0' ? extended : plain, &service->command,
                          &service->privileged);
}

/* The one that it was asked for may be an alias, which has no drop-ins of its own. */
static void take_name(struct service *service)
{
    if (service_is(service, "Id", ""))
        return;
    free(service->name);
    service->name = formatted("%s", service_get(service, "Id"));
}

/* Of every kind of unit that there is, systemd.unit(5): what is one already gets no ".service". */
static bool names_unit(const char *name)
{
    static const char *const kinds[] = {".service", ".socket", ".target",   ".device",
                                        ".mount",   ".swap",   ".timer",    ".path",
                                        ".slice",   ".scope",  ".automount"};
    for (size_t index = 0; index < sizeof(kinds) / sizeof(kinds[0]); index++) {
        if (text_ends_with(name, kinds[index]))
            return true;
    }
    return false;
}

/* What `systemctl show` takes for several units, or for no unit at all. By malloc(3), or NULL. */
static char *why_no_name(const char *name)
{
    const char *at = strchr(name, '@');
    if (strpbrk(name, "*?[/") != NULL)
        return said("%s is not the name of one unit", name);
    if (at != NULL && (at[1] == '\0' || text_equal(at + 1, ".service")))
        return said("%s is a template; name an instance of it, as in %.*s@1.service", name,
                    (int)(at - name), name);
    return NULL;
}

bool service_load(struct service *service, const char *name, bool of_user, char **why)
{
    *service = (struct service){.of_user = of_user};
    service->name = formatted("%s%s", name, names_unit(name) ? "" : ".service");
    *why = why_no_name(name);
    if (*why != NULL)
        return false;
    if (!systemctl_show(properties, service->name, of_user, &service->properties, why))
        return false;
    read_command(service);
    if (!service_is(service, "LoadState", "loaded") || service_is(service, "Type", "") ||
        service->command.count == 0) {
        *why = why_not_loaded(service);
        return false;
    }
    take_name(service);
    read_environment(service);
    return true;
}

void service_free(struct service *service)
{
    free(service->name);
    string_list_free(&service->properties);
    string_list_free(&service->environment);
    string_list_free(&service->unread_files);
    string_list_free(&service->command);
}
