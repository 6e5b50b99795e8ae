#include "yama.h"

#include "linux/files.h"
#include "linux/system.h"

#include <linux/capability.h>
#include <stdint.h>

enum yama_scope yama_read(void)
{
    char text[NAME_SIZE];
    if (files_read(AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope", text, sizeof(text)) <= 0)
        return YAMA_CLASSIC;
    if (text[0] < '0' || text[0] > '0' + YAMA_NOBODY)
        return YAMA_CLASSIC;
    return (enum yama_scope)(text[0] - '0');
}

bool yama_has_capability(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};
    return SYSTEM(capget, &header, sets) == 0 && (sets[0].effective >> CAP_SYS_PTRACE & 1) != 0;
}

bool yama_permits(bool has_capability, const char **why)
{
    switch (yama_read()) {
    case YAMA_CAPABILITY:
        *why = "kernel.yama.ptrace_scope is 2, and without CAP_SYS_PTRACE nobody may look into "
               "another process: sysctl kernel.yama.ptrace_scope=1";
        return has_capability;
    case YAMA_NOBODY:
        *why = "kernel.yama.ptrace_scope is 3, and nobody may look into another process until the "
               "machine starts again: leave it at 1 in sysctl.d(5)";
        return false;
    default:
        return true;
    }
}
