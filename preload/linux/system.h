/*
 * system: system calls without libc in between.
 *
 * Async-signal-safe, no errno touched, and no other preload sees them. Each returns what the kernel
 * returned: a negative number is -errno.
 */
#ifndef PORTCLAIM_SYSTEM_H
#define PORTCLAIM_SYSTEM_H

#include <sys/syscall.h>

#if defined(__x86_64__)

static inline long system_call(long number, long first, long second, long third, long fourth,
                               long fifth, long sixth)
{
    long result;
    register long r10 __asm__("r10") = fourth;
    register long r8 __asm__("r8") = fifth;
    register long r9 __asm__("r9") = sixth;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

static inline long system_call(long number, long first, long second, long third, long fourth,
                               long fifth, long sixth)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = first;
    register long x1 __asm__("x1") = second;
    register long x2 __asm__("x2") = third;
    register long x3 __asm__("x3") = fourth;
    register long x4 __asm__("x4") = fifth;
    register long x5 __asm__("x5") = sixth;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

#elif defined(__i386__)

/*
 * The sixth argument is taken in ebp, which the compiler may need for the frame: it is put there
 * within the assembler alone. push(1) finds an operand that lies on the stack where it was before.
 */
static inline long system_call(long number, long first, long second, long third, long fourth,
                               long fifth, long sixth)
{
    long result;
    __asm__ volatile("pushl %7\n\t"
                     "pushl %%ebp\n\t"
                     "movl 4(%%esp), %%ebp\n\t"
                     "int $0x80\n\t"
                     "popl %%ebp\n\t"
                     "addl $4, %%esp"
                     : "=a"(result)
                     : "0"(number), "b"(first), "c"(second), "d"(third), "S"(fourth), "D"(fifth),
                       "g"(sixth)
                     : "cc", "memory");
    return result;
}

/*
 * Here the plain names are those of the oldest calls: user IDs of 16 bits (getuid(2)), mmap(2) with
 * its arguments in memory, fcntl(2) without the locks of 64 bits that F_SETLK may stand for
 * (_FILE_OFFSET_BITS). mmap2(2) counts its offset in pages; ours is 0. An offset of 64 bits is two
 * arguments, the lower half first: the upper one is the missing argument, and below 2 GiB it is 0.
 */
#undef SYS_fchown
#define SYS_fchown SYS_fchown32
#undef SYS_fcntl
#define SYS_fcntl SYS_fcntl64
#undef SYS_geteuid
#define SYS_geteuid SYS_geteuid32
#undef SYS_mmap
#define SYS_mmap SYS_mmap2

#else

#include <errno.h>
#include <unistd.h>

/* Elsewhere through libc's syscall(2), which is async-signal-safe but for errno. */
static inline long system_call(long number, long first, long second, long third, long fourth,
                               long fifth, long sixth)
{
    int entry_errno = errno;
    long result = syscall(number, first, second, third, fourth, fifth, sixth);
    if (result == -1)
        result = -errno;
    errno = entry_errno;
    return result;
}

#endif

/* SYSTEM(openat, directory, path, flags, mode): missing arguments are 0. */
#define SYSTEM_FIRST_SIX(number, a, b, c, d, e, f, ...)                                            \
    system_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define SYSTEM(name, ...) SYSTEM_FIRST_SIX(SYS_##name, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)

/*
 * The time that clock_gettime, ppoll and the like take under these names, which every kernel has:
 * words of the machine's own size, whatever libc makes of its time_t (_TIME_BITS).
 */
struct system_time {
    unsigned long seconds; /* of 32 bits until the year 2106 */
    long nanoseconds;
};

#endif
