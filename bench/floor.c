/*
 * floor: the least that a seccomp engine could cost.
 *
 *     floor COMMAND...    under a filter of five instructions, and a supervisor that says of each
 *                         bind and listen only that the kernel shall go on with it
 */
#include <err.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of this machine's own ABI alone: the program under it is one of ours. */
static int install(void)
{
    struct sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bind, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_listen, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof(instructions) / sizeof(instructions[0]),
                                 .filter = instructions};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        err(EXIT_FAILURE, "no_new_privs");
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

/* Until no process is under the filter any more. */
static void supervise(int listener)
{
    struct pollfd polled = {.fd = listener, .events = POLLIN};
    while (poll(&polled, 1, -1) == 1 && (polled.revents & POLLHUP) == 0) {
        struct seccomp_notif notification = {0};
        struct seccomp_notif_resp response = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0)
            continue;
        response.id = notification.id;
        (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }
}

/* The listener is handed over by its number: a process that is under the filter never sees its end.
 */
static _Noreturn void become(char **command, const int *numbers)
{
    int listener = install();
    if (listener < 0 || write(numbers[1], &listener, sizeof(listener)) != sizeof(listener))
        err(EXIT_FAILURE, "seccomp");
    (void)raise(SIGSTOP); /* until it is taken */
    (void)execvp(command[0], command);
    err(EXIT_FAILURE, "%s", command[0]);
}

static int take_listener(pid_t child, const int *numbers)
{
    int number;
    int status;
    if (waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status) ||
        read(numbers[0], &number, sizeof(number)) != sizeof(number))
        errx(EXIT_FAILURE, "no listener");
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    int listener = (int)syscall(SYS_pidfd_getfd, process, number, 0);
    if (listener < 0 || kill(child, SIGCONT) != 0)
        err(EXIT_FAILURE, "pidfd_getfd");
    return listener;
}

int main(int count, char **arguments)
{
    int numbers[2];
    int status;
    if (count < 2 || pipe(numbers) != 0)
        errx(EXIT_FAILURE, "usage: floor COMMAND...");
    pid_t child = fork();
    if (child == 0)
        become(arguments + 1, numbers);
    supervise(take_listener(child, numbers));
    return waitpid(child, &status, 0) == child && status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
