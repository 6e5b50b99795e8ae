/*
 * filter: how many instructions of the seccomp engine's filter a call goes through.
 *
 * Prints "CALL<tab>instructions" for getppid, write, bind and listen. The filter is the real one: a
 * child installs it, and the kernel shows it to whoever traces the child
 * (PTRACE_SECCOMP_GET_FILTER, which wants CAP_SYS_ADMIN). Since Linux 5.11 the kernel runs no
 * instruction at all for a call that the filter always allows; it finds out when the filter is
 * installed, by the same steps that are counted here (seccomp_is_const_allow() in
 * kernel/seccomp.c).
 */
#include "linux/command/filter.h"

#include <err.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c /* linux/ptrace.h */
#endif

enum { MOST_INSTRUCTIONS = 4096 /* BPF_MAXINSNS */ };

#if defined(__x86_64__)
static const uint32_t architecture = AUDIT_ARCH_X86_64;
#else
static const uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif

static pid_t start_filtered(void)
{
    pid_t child = fork();
    if (child == 0) {
        int listener = filter_install();
        if (listener < 0)
            errx(EXIT_FAILURE, "the filter: %s", strerror(-listener));
        (void)raise(SIGSTOP);
        _exit(EXIT_SUCCESS);
    }
    int status;
    if (child < 0 || waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status))
        errx(EXIT_FAILURE, "there is no child with a filter");
    return child;
}

/* Returns how many instructions there are. */
static long take_filter(pid_t child, struct sock_filter *instructions)
{
    if (ptrace(PTRACE_SEIZE, child, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, child, 0, 0) != 0 ||
        waitpid(child, NULL, __WALL) != child)
        err(EXIT_FAILURE, "ptrace");
    long count = ptrace(PTRACE_SECCOMP_GET_FILTER, child, 0, instructions);
    if (count <= 0)
        err(EXIT_FAILURE, "the kernel does not show the filter");
    return count;
}

static bool jumps(const struct sock_filter *instruction, uint32_t accumulator)
{
    switch (BPF_OP(instruction->code)) {
    case BPF_JEQ:
        return accumulator == instruction->k;
    case BPF_JGE:
        return accumulator >= instruction->k;
    case BPF_JGT:
        return accumulator > instruction->k;
    case BPF_JSET:
        return (accumulator & instruction->k) != 0;
    default:
        errx(EXIT_FAILURE, "a jump of code %#x", instruction->code);
    }
}

/* Runs it as the kernel would; *verdict is what it returned. */
static int run(const struct sock_filter *instructions, long count, int call, uint32_t *verdict)
{
    const struct seccomp_data data = {.nr = call, .arch = architecture};
    uint32_t accumulator = 0;
    int steps = 0;
    for (long place = 0; place < count; place++) {
        const struct sock_filter *instruction = &instructions[place];
        steps++;
        if (instruction->code == (BPF_LD | BPF_W | BPF_ABS)) {
            memcpy(&accumulator, (const char *)&data + instruction->k, sizeof(accumulator));
        } else if (instruction->code == (BPF_RET | BPF_K)) {
            *verdict = instruction->k;
            return steps;
        } else if (instruction->code == (BPF_JMP | BPF_JA)) {
            place += instruction->k;
        } else if (BPF_CLASS(instruction->code) == BPF_JMP) {
            place += jumps(instruction, accumulator) ? instruction->jt : instruction->jf;
        } else {
            errx(EXIT_FAILURE, "an instruction of code %#x", instruction->code);
        }
    }
    errx(EXIT_FAILURE, "the filter has no end");
}

int main(void)
{
    static struct sock_filter instructions[MOST_INSTRUCTIONS];
    const struct {
        const char *name;
        int number;
        uint32_t verdict;
    } calls[] = {{"getppid", SYS_getppid, SECCOMP_RET_ALLOW},
                 {"write", SYS_write, SECCOMP_RET_ALLOW},
                 {"bind", SYS_bind, SECCOMP_RET_USER_NOTIF},
                 {"listen", SYS_listen, SECCOMP_RET_USER_NOTIF}};
    pid_t child = start_filtered();
    long count = take_filter(child, instructions);
    (void)kill(child, SIGKILL);
    for (size_t index = 0; index < sizeof(calls) / sizeof(calls[0]); index++) {
        uint32_t verdict = 0;
        int steps = run(instructions, count, calls[index].number, &verdict);
        if (verdict != calls[index].verdict)
            errx(EXIT_FAILURE, "of %s the filter says %#x", calls[index].name, verdict);
        (void)printf("%s\t%d\n", calls[index].name, steps);
    }
    return EXIT_SUCCESS;
}
