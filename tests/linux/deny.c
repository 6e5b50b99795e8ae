/*
 * Takes system calls away from a program, as a hardened unit or an old kernel does:
 *
 *     deny WHAT... -- COMMAND [ARGUMENT ...]
 *
 * WHAT: netlink (RestrictAddressFamilies=: EAFNOSUPPORT), pidfd (a kernel before 5.3: ENOSYS),
 * pidfd-info (before 6.13: ENOTTY), signal (a security module: EPERM), getfd (Docker: EPERM), ioctl
 * (a filter that knows too little: EPERM).
 *
 * A call has a number in each ABI: those of i386 are taken away from programs of 32 bits.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct rule {
    const char *what;
    unsigned call;
    unsigned i386_call; /* asm/unistd_32.h */
    unsigned place;     /* of the argument that decides */
    unsigned mask;      /* of that argument; 0: any will do */
    unsigned value;
    unsigned answer; /* errno */
};

static const struct rule rules[] = {
    {"netlink", SYS_socket, 359, 0, ~0U, AF_NETLINK, EAFNOSUPPORT},
    {"pidfd", SYS_pidfd_open, 434, 0, 0, 0, ENOSYS},
    /* PIDFD_GET_INFO is _IOWR(0xFF, 11, ...), with a size that grows. */
    {"pidfd-info", SYS_ioctl, 54, 1, 0xFFFF, 0xFF0B, ENOTTY},
    {"signal", SYS_pidfd_send_signal, 424, 0, 0, 0, EPERM},
    {"getfd", SYS_pidfd_getfd, 438, 0, 0, 0, EPERM},
    {"ioctl", SYS_ioctl, 54, 0, 0, 0, EPERM},
};

static const struct rule *find_rule(const char *what)
{
    for (size_t index = 0; index < sizeof(rules) / sizeof(rules[0]); index++) {
        if (strcmp(rules[index].what, what) == 0)
            return &rules[index];
    }
    return NULL;
}

static int install(const struct rule *rule, bool for_i386)
{
    const unsigned call = for_i386 ? rule->i386_call : rule->call;
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, for_i386 ? 0 : 6, for_i386 ? 6 : 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[rule->place])),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rule->mask),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | rule->answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
    int index = 1;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (; index < argc && strcmp(argv[index], "--") != 0; index++) {
        const struct rule *rule = find_rule(argv[index]);
        if (rule == NULL || install(rule, false) != 0 || install(rule, true) != 0) {
            fprintf(stderr, "deny: cannot take away %s\n", argv[index]);
            return 2;
        }
    }
    if (index + 1 < argc)
        execvp(argv[index + 1], argv + index + 1);
    perror("deny");
    return 127;
}
