#include "call.h"

#include <linux/audit.h>
#include <linux/net.h>

/*
 * asm/unistd.h of each. Only our own word size's headers are at hand, so they are named here:
 * syscall_64.tbl, syscall_32.tbl (arch/x86), asm-generic/unistd.h, arch/arm/tools/syscall.tbl.
 */
enum {
    X32_BIT = 0x40000000,         /* __X32_SYSCALL_BIT; the same numbers as x86-64 for these two */
    LANDLOCK_RESTRICT_SELF = 446, /* everywhere */
};

static const struct abi {
    uint32_t architecture; /* AUDIT_ARCH_... */
    int bind;
    int listen;
    int socketcall; /* 0: it has none */
} abis[] = {
    {AUDIT_ARCH_X86_64, 49, 50, 0},
    {AUDIT_ARCH_I386, 361, 363, 102},
    {AUDIT_ARCH_AARCH64, 200, 201, 0},
    {AUDIT_ARCH_ARM, 282, 284, 0},
};

enum { ABIS = sizeof(abis) / sizeof(abis[0]) };

static int number_of(const struct seccomp_data *data)
{
    return data->arch == AUDIT_ARCH_X86_64 ? data->nr & ~X32_BIT : data->nr;
}

bool call_confines(const struct seccomp_data *data)
{
    return number_of(data) == LANDLOCK_RESTRICT_SELF;
}

static void fill(struct call *call, enum call_kind kind, const __u64 *arguments)
{
    call->kind = kind;
    call->socket = (int)arguments[0];
    call->address = arguments[1];
    call->length = (int)arguments[2];
    call->backlog = (int)arguments[1];
}

/* socketcall(2): which call, and the address of its arguments, words of 32 bits. */
static void read_socketcall(const struct seccomp_data *data, const struct caller *caller,
                            struct call *call)
{
    enum { WORDS = 3 };
    uint32_t words[WORDS] = {0};
    __u64 arguments[WORDS];
    bool binds = data->args[0] == SYS_BIND;
    size_t size = (binds ? WORDS : WORDS - 1) * sizeof(words[0]);
    if ((!binds && data->args[0] != SYS_LISTEN) ||
        !caller_read(caller, (uint32_t)data->args[1], words, size))
        return;
    for (int index = 0; index < WORDS; index++)
        arguments[index] = words[index];
    fill(call, binds ? CALL_BIND : CALL_LISTEN, arguments);
}

void call_read(const struct seccomp_data *data, const struct caller *caller, struct call *call)
{
    const int number = number_of(data);
    call->kind = CALL_OTHER;
    for (int index = 0; index < ABIS; index++) {
        const struct abi *abi = &abis[index];
        if (abi->architecture != data->arch)
            continue;
        if (number == abi->bind)
            fill(call, CALL_BIND, data->args);
        else if (number == abi->listen)
            fill(call, CALL_LISTEN, data->args);
        else if (abi->socketcall != 0 && number == abi->socketcall)
            read_socketcall(data, caller, call);
    }
}
