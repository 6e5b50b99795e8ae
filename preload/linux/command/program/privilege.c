#include "privilege.h"

#include <endian.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/*
 * Ours can differ already (a set-user-ID program that started us): that counts whatever the file.
 */
static bool changes_user(const struct stat *status, bool bits_count)
{
    uid_t user = geteuid();
    gid_t group = getegid();
    if (bits_count && (status->st_mode & S_ISUID) != 0)
        user = status->st_uid;
    /* Without the group's x bit it is a mark for mandatory locking: inode(7). */
    if (bits_count && (status->st_mode & S_ISGID) != 0 && (status->st_mode & S_IXGRP) != 0)
        group = status->st_gid;
    return user != getuid() || group != getgid();
}

/* Those of permitted or with the effective flag; inheritable ones alone give nothing. */
static bool has_capabilities(int descriptor)
{
    struct vfs_ns_cap_data data;
    memset(&data, 0, sizeof(data));
    ssize_t size = fgetxattr(descriptor, "security.capability", &data, sizeof(data));
    if (size < (ssize_t)XATTR_CAPS_SZ_1)
        return false;
    uint32_t permitted = data.data[0].permitted;
    if (size >= (ssize_t)XATTR_CAPS_SZ_2)
        permitted |= data.data[1].permitted;
    return permitted != 0 || (le32toh(data.magic_etc) & VFS_CAP_FLAGS_EFFECTIVE) != 0;
}

enum privilege privilege_gained(int descriptor)
{
    struct stat status;
    struct statvfs mount;
    if (fstat(descriptor, &status) != 0)
        return PRIVILEGE_NONE;
    bool nosuid = fstatvfs(descriptor, &mount) == 0 && (mount.f_flag & ST_NOSUID) != 0;
    bool no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    if (changes_user(&status, !nosuid && !no_new_privileges))
        return PRIVILEGE_USER;
    if (getuid() != 0 && !nosuid && has_capabilities(descriptor))
        return PRIVILEGE_CAPABILITIES;
    return PRIVILEGE_NONE;
}
