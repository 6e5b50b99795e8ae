#include "likeness.h"

#include "core/text.h"
#include "linux/files.h"
#include "linux/system.h"

#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>

enum { STATUS_SIZE = 16384 /* a user can be in hundreds of groups, listed before the rest */ };

static char status[STATUS_SIZE]; /* each process has one thread only */

static bool find_field(const char *label, const char **value)
{
    const char *found = strstr(status, label);
    if (found != NULL)
        *value = found + strlen(label);
    return found != NULL;
}

static bool read_ids(const char *label, uint32_t *ids)
{
    const char *cursor;
    if (!find_field(label, &cursor))
        return false;
    for (int index = 0; index < LIKENESS_IDS; index++) {
        uint64_t id = 0;
        while (*cursor == '\t')
            cursor++;
        if (!text_read_number(&cursor, UINT32_MAX, &id))
            return false;
        ids[index] = (uint32_t)id;
    }
    return true;
}

/* Sixteen digits: render_cap_t() in fs/proc/array.c. */
static bool read_capabilities(const char *label, uint64_t *set)
{
    const char *cursor;
    if (!find_field(label, &cursor))
        return false;
    *set = 0;
    for (int digit = 0; digit < 16; digit++, cursor++) {
        unsigned value;
        if (*cursor >= '0' && *cursor <= '9')
            value = (unsigned)(*cursor - '0');
        else if (*cursor >= 'a' && *cursor <= 'f')
            value = (unsigned)(*cursor - 'a' + 10);
        else
            return false;
        *set = *set << 4 | value;
    }
    return true;
}

static bool read_process(int32_t *process)
{
    const char *cursor;
    uint64_t pid = 0;
    if (!find_field("\nTgid:\t", &cursor) || !text_read_number(&cursor, INT32_MAX, &pid))
        return false;
    *process = (int32_t)pid;
    return true;
}

bool likeness_read(int directory, struct likeness *likeness, int32_t *process)
{
    struct file namespace;
    unsigned mode = 0;
    memset(likeness, 0, sizeof(*likeness));
    if (files_read(directory, "status", status, sizeof(status)) <= 0)
        return false;
    if (files_identify(directory, "ns/user", 0, &namespace, &mode, NULL))
        likeness->user_namespace = namespace.inode;
    if (files_read(directory, "attr/current", likeness->label, sizeof(likeness->label)) < 0)
        likeness->label[0] = '\0';
    return read_process(process) && read_ids("\nUid:", likeness->users) &&
           read_ids("\nGid:", likeness->groups) &&
           read_capabilities("\nCapPrm:\t", &likeness->permitted) &&
           read_capabilities("\nCapEff:\t", &likeness->effective);
}

bool likeness_same(const struct likeness *one, const struct likeness *other)
{
    return memcmp(one->users, other->users, sizeof(one->users)) == 0 &&
           memcmp(one->groups, other->groups, sizeof(one->groups)) == 0 &&
           one->permitted == other->permitted && one->effective == other->effective &&
           one->user_namespace != 0 && one->user_namespace == other->user_namespace &&
           text_equal(one->label, other->label);
}

/* ---- becoming like another ---- */

bool likeness_same_namespace(int directory, const char *link)
{
    char own_link[NAME_SIZE];
    struct text text;
    struct file own;
    struct file other;
    unsigned mode = 0;
    text_start(&text, own_link, sizeof(own_link));
    text_add(&text, "/proc/self/");
    text_add(&text, link);
    return files_identify(AT_FDCWD, own_link, 0, &own, &mode, NULL) &&
           files_identify(directory, link, 0, &other, &mode, NULL) && own.inode == other.inode;
}

/* setns(2) of a pidfd: Linux 5.8. */
void likeness_enter_network(int directory, int handle)
{
    if (!likeness_same_namespace(directory, "ns/net"))
        (void)SYSTEM(setns, handle, CLONE_NEWNET);
}

static void set_capabilities(const struct likeness *likeness)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
        {.permitted = (uint32_t)likeness->permitted, .effective = (uint32_t)likeness->effective},
        {.permitted = (uint32_t)(likeness->permitted >> 32),
         .effective = (uint32_t)(likeness->effective >> 32)},
    };
    (void)SYSTEM(capset, &header, data);
}

/*
 * Whatever of this is not permitted shows in the comparison that follows. Groups besides the four
 * give no right to a port and are dropped.
 */
static void set_ids(const struct likeness *likeness)
{
    (void)SYSTEM(prctl, PR_SET_KEEPCAPS, 1);
    (void)SYSTEM(setgroups, 0, 0);
    (void)SYSTEM(setresgid, likeness->groups[0], likeness->groups[1], likeness->groups[2]);
    (void)SYSTEM(setresuid, likeness->users[0], likeness->users[1], likeness->users[2]);
    set_capabilities(likeness);
}

/*
 * The ids are read in the namespace in which they are then set. The namespace may be one that can
 * be seen only afterwards, with the other's own ids, so everything is read again.
 */
bool likeness_take(int directory, int handle)
{
    struct likeness wanted;
    struct likeness own;
    int32_t process;
    if (!likeness_same_namespace(directory, "ns/user"))
        (void)SYSTEM(setns, handle, CLONE_NEWUSER);
    likeness_enter_network(directory, handle);
    if (!likeness_read(directory, &wanted, &process))
        return false;
    set_ids(&wanted);
    int self = files_open_directory(AT_FDCWD, "/proc/self");
    bool same = self >= 0 && likeness_read(self, &own, &process) &&
                likeness_read(directory, &wanted, &process) && likeness_same(&wanted, &own);
    files_close(self);
    return same;
}
