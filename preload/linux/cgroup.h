/*
 * cgroup: the control group of a process (cgroups(7)), as systemd sees it.
 */
#ifndef PORTCLAIM_CGROUP_H
#define PORTCLAIM_CGROUP_H

#include "core/holder.h"

/*
 * Of the process whose /proc/PID is `directory`; `cgroup` has PROCESS_GROUP_SIZE bytes, and is
 * empty when the path is the root.
 */
bool cgroup_read(int directory, char *cgroup);

#endif
