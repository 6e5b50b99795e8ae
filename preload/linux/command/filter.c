#include "filter.h"

#include "linux/files.h"
#include "linux/system.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* linux/seccomp.h, Linux 5.19 */
#endif

enum { MOST_INSTRUCTIONS = 1024 };

/* What this machine runs beside its own: an ABI that is not named would be killed (BADARCH). */
static int add_abis(scmp_filter_ctx filter)
{
    int result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
#if defined(__x86_64__)
    if (result == 0)
        result = seccomp_arch_add(filter, SCMP_ARCH_X86);
    if (result == 0)
        result = seccomp_arch_add(filter, SCMP_ARCH_X32);
#elif defined(__aarch64__)
    if (result == 0)
        result = seccomp_arch_add(filter, SCMP_ARCH_ARM);
#endif
    return result;
}

/* Of i386 both its own calls and those by socketcall(2): libseccomp makes two rules of one. */
static int add_rules(scmp_filter_ctx filter)
{
    const int calls[] = {SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(landlock_restrict_self)};
    int result = 0;
    for (size_t index = 0; index < sizeof(calls) / sizeof(calls[0]) && result == 0; index++)
        result = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, calls[index], 0);
    return result;
}

/* Its instructions, through a file: libseccomp has no other way before 2.6. */
static int write_filter(int file)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL)
        return -ENOMEM;
    int result = add_abis(filter);
    if (result == 0)
        result = add_rules(filter);
    if (result == 0)
        result = seccomp_export_bpf(filter, file);
    seccomp_release(filter);
    return result;
}

static int make_filter(struct sock_fprog *program)
{
    int file = memfd_create("filter", MFD_CLOEXEC);
    if (file < 0)
        return -errno;
    int result = write_filter(file);
    if (result == 0) {
        ssize_t size =
            pread(file, program->filter, MOST_INSTRUCTIONS * sizeof(*program->filter), 0);
        program->len = (unsigned short)(size / (ssize_t)sizeof(*program->filter));
        if (size <= 0 || program->len == MOST_INSTRUCTIONS)
            result = -E2BIG;
    }
    files_close(file);
    return result;
}

/*
 * By the system call itself, for flags that libseccomp does not know yet. A signal handler then
 * does not end a call that a supervisor has begun with (where the kernel can be told so): it runs
 * when the call is over, which is what makes an answer certain to arrive. What ends the process
 * still ends it at once.
 */
static int install(const struct sock_fprog *program)
{
    const unsigned long listener = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    long result = SYSTEM(seccomp, SECCOMP_SET_MODE_FILTER,
                         listener | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, program);
    if (result == -EINVAL)
        result = SYSTEM(seccomp, SECCOMP_SET_MODE_FILTER, listener, program);
    return (int)result;
}

int filter_install(void)
{
    struct sock_filter instructions[MOST_INSTRUCTIONS];
    struct sock_fprog program = {.filter = instructions};
    int result = make_filter(&program);
    if (result < 0)
        return result;
    result = install(&program);
    if (result != -EACCES)
        return result;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -errno;
    return install(&program);
}
