#include "cgroup.h"

#include "files.h"

#include <string.h>

enum { CGROUP_SIZE = 1024 };

/*
 * Lines are "hierarchy:controllers:path": systemd writes to the one of version 2, "0::/path", or
 * on older systems to "name=systemd". Where both exist, the first that says something counts.
 */
static void copy_cgroup_line(const char *lines, const char *marker, char *cgroup)
{
    const char *path = strstr(lines, marker);
    if (path == NULL || cgroup[0] != '\0')
        return;
    path += strlen(marker);
    size_t length = strcspn(path, "\n");
    if (length <= 1 || length >= PROCESS_GROUP_SIZE)
        return;
    memcpy(cgroup, path, length);
    cgroup[length] = '\0';
}

bool cgroup_read(int directory, char *cgroup)
{
    char lines[CGROUP_SIZE + 1];
    lines[0] = '\n';
    cgroup[0] = '\0';
    if (files_read(directory, "cgroup", lines + 1, CGROUP_SIZE) <= 0)
        return false;
    copy_cgroup_line(lines, "\n0::", cgroup);
    copy_cgroup_line(lines, ":name=systemd:", cgroup);
    return true;
}
