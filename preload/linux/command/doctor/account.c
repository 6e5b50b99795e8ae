#include "account.h"

#include "command/command.h"
#include "command/doctor/checkup.h"
#include "core/text.h"
#include "notation.h"

#include <err.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAY_READ = 4,
    MAY_WRITE = 2,
    MAY_SEARCH = 1,
    OWNER_SHIFT = 6, /* bits */
    GROUP_SHIFT = 3,
    OTHERS = 077,
    SOME_DYNAMIC_USER =
        61184, /* the first that systemd gives away: systemd.exec(5), DynamicUser= */
};

/* ---- who ---- */

static bool read_id(const char *name, uint64_t *number)
{
    return text_read_number(&name, UINT32_MAX, number) && *name == '\0';
}

static void add_group(struct account *account, gid_t group)
{
    if (account->group_count < ACCOUNT_GROUPS)
        account->groups[account->group_count++] = group;
}

static void add_group_by_name(struct account *account, const char *name)
{
    uint64_t number = 0;
    const struct group *group = getgrnam(name);
    if (group != NULL)
        add_group(account, group->gr_gid);
    else if (read_id(name, &number))
        add_group(account, (gid_t)number);
}

static void look_up_user(struct account *account, const char *name)
{
    uint64_t number = 0;
    bool numeric = read_id(name, &number);
    const struct passwd *user = numeric ? getpwuid((uid_t)number) : getpwnam(name);
    account->known = numeric || user != NULL;
    account->user = user != NULL ? user->pw_uid : (uid_t)number;
    if (user == NULL)
        return;
    int count = ACCOUNT_GROUPS;
    if (getgrouplist(user->pw_name, user->pw_gid, account->groups, &count) < 0)
        count = ACCOUNT_GROUPS;
    account->group_count = (size_t)count;
}

/* A user's own manager starts everything as that user, which is who asks it. */
static void take_own(struct account *account)
{
    int count = getgroups(ACCOUNT_GROUPS, account->groups);
    account->known = true;
    account->user = geteuid();
    account->group_count = count > 0 ? (size_t)count : 0;
    add_group(account, getegid());
}

void account_of_caller(struct account *account)
{
    *account = (struct account){0};
    take_own(account);
    account->reads_everything = account->user == 0;
    account->traces_everybody = account->user == 0;
    account->signals_everybody = account->user == 0;
    text_copy(account->name, sizeof(account->name), account->user == 0 ? "root" : "you");
}

static void add_groups(struct account *account, const struct service *service)
{
    struct string_list groups = {0};
    notation_split(service_get(service, "SupplementaryGroups"), &groups);
    if (!account->dynamic && service_has(service, "Group"))
        string_list_add(&groups, service_get(service, "Group"));
    for (size_t index = 0; index < groups.count; index++)
        add_group_by_name(account, groups.list[index]);
    string_list_free(&groups);
}

static bool has_capability(const struct service *service, const struct account *account,
                           const char *capability)
{
    if (service->privileged)
        return true;
    if (account->user != 0)
        return notation_has_word(service_get(service, "AmbientCapabilities"), capability);
    const char *bound = service_get(service, "CapabilityBoundingSet");
    return service->of_user || notation_has_word(bound, capability);
}

void account_of_service(const struct service *service, struct account *account)
{
    const char *user = service_get(service, "User");
    *account = (struct account){.known = true};
    if (service->of_user) {
        take_own(account);
    } else if (service->privileged) {
        user = "root";
    } else if (service_has(service, "DynamicUser")) {
        account->dynamic = true;
        account->user = SOME_DYNAMIC_USER;
    } else if (user[0] != '\0') {
        look_up_user(account, user);
    }
    if (!service->privileged)
        add_groups(account, service);
    if (service->of_user)
        user = "you";
    text_copy(account->name, sizeof(account->name), user[0] == '\0' ? "root" : user);
    account->reads_everything = has_capability(service, account, "cap_dac_override") ||
                                has_capability(service, account, "cap_dac_read_search");
    account->traces_everybody = has_capability(service, account, "cap_sys_ptrace");
    account->signals_everybody = has_capability(service, account, "cap_kill");
}

/* ---- what it may ---- */

static bool is_member(const struct account *account, gid_t group)
{
    for (size_t index = 0; index < account->group_count; index++) {
        if (account->groups[index] == group)
            return true;
    }
    return false;
}

/* The rule of path_resolution(7). */
static bool may(const struct account *account, const struct stat *status, unsigned what)
{
    unsigned shift = 0;
    if (account->reads_everything)
        return true;
    if (!account->dynamic && status->st_uid == account->user)
        shift = OWNER_SHIFT;
    else if (is_member(account, status->st_gid))
        shift = GROUP_SHIFT;
    return ((status->st_mode >> shift) & what) == what;
}

static bool may_pass(const struct account *account, const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 &&
           may(account, &status, S_ISDIR(status.st_mode) ? MAY_SEARCH : MAY_READ);
}

static char *copy(const char *string)
{
    char *copied = strdup(string);
    if (copied == NULL)
        err(EXIT_MISUSE, "portclaim");
    return copied;
}

char *account_obstacle(const struct account *account, const char *path)
{
    char *resolved = realpath(path, NULL);
    if (resolved == NULL)
        return copy(path);
    for (char *slash = strchr(resolved + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!may_pass(account, resolved))
            return resolved;
        *slash = '/';
    }
    if (!may_pass(account, resolved))
        return resolved;
    free(resolved);
    return NULL;
}

static bool may_make(const struct account *account, const char *path)
{
    struct stat status;
    char *parent = copy(path);
    bool may_so = stat(dirname(parent), &status) == 0 && S_ISDIR(status.st_mode) &&
                  may(account, &status, MAY_WRITE | MAY_SEARCH);
    free(parent);
    return may_so;
}

/* As state.c asks it: a directory of its own, which nobody else may enter. */
bool account_may_own(const struct account *account, const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0)
        return S_ISDIR(status.st_mode) && (status.st_mode & OTHERS) == 0 && !account->dynamic &&
               status.st_uid == account->user;
    return may_make(account, path);
}

bool account_may_write(const struct account *account, const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? may(account, &status, MAY_WRITE) : may_make(account, path);
}
