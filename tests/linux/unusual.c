/*
 * Calls of bind(2) and listen(2) that are unlike a server's:
 *
 *     unusual int80 PORT        by i386's system calls, from a 64-bit program
 *     unusual socketcall PORT   by i386's socketcall(2)
 *     unusual threads PORT N    N threads, on as many ports from PORT on, all at once
 *     unusual own-files PORT    in a thread with descriptors of its own
 *     unusual drop USER PORT    after setresuid(2)
 *     unusual landlock PORT     in a Landlock domain that allows no port
 *     unusual children          what wait(2) says, and how many SIGCHLD there were
 *     unusual unix PATH         whom SO_PEERCRED names to a client
 *     unusual bind PORT         as a server does
 *
 * Each says what became of it and, where it listens, stays until it is told to end.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/net.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_THREADS = 64, BACKLOG = 16 };

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

static void tell(const char *what, int result)
{
    printf("%s: %s\n", what, result == 0 ? "0" : strerrorname_np(errno));
}

static void stay(void)
{
    sigset_t term;
    int number;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    sigwait(&term, &number);
}

static int bind_and_listen(int port)
{
    struct sockaddr_in address = loopback(port);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof(address)) != 0)
        return -1;
    return listen(descriptor, BACKLOG);
}

#if defined(__x86_64__)

static int call_i386(int number, long first, long second, long third)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(first), "c"(second), "d"(third)
                     : "memory", "r8", "r9", "r10", "r11");
    if ((int)result >= 0)
        return 0;
    errno = -(int)result;
    return -1;
}

enum { I386_SOCKETCALL = 102, I386_BIND = 361, I386_LISTEN = 363 };

/* What i386's calls point to has to lie in the first 4 GiB. */
static void call_by_i386(int port, int by_socketcall)
{
    struct low {
        struct sockaddr_in address;
        uint32_t arguments[3];
    } *low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    low->address = loopback(port);
    low->arguments[0] = (uint32_t)descriptor;
    low->arguments[1] = (uint32_t)(uintptr_t)&low->address;
    low->arguments[2] = sizeof(low->address);
    tell("bind", by_socketcall
                     ? call_i386(I386_SOCKETCALL, SYS_BIND, (long)low->arguments, 0)
                     : call_i386(I386_BIND, descriptor, (long)&low->address, sizeof(low->address)));
    low->arguments[1] = BACKLOG;
    tell("listen", by_socketcall ? call_i386(I386_SOCKETCALL, SYS_LISTEN, (long)low->arguments, 0)
                                 : call_i386(I386_LISTEN, descriptor, BACKLOG, 0));
    printf("listening\n");
    stay();
}

#else

static void call_by_i386(int port, int by_socketcall)
{
    (void)port;
    (void)by_socketcall;
    printf("no i386 here\n");
}

#endif

static void *bind_in_thread(void *port)
{
    tell("thread", bind_and_listen((int)(intptr_t)port));
    return NULL;
}

static void bind_in_threads(int port, int count)
{
    pthread_t threads[MOST_THREADS];
    for (int index = 0; index < count && index < MOST_THREADS; index++)
        pthread_create(&threads[index], NULL, bind_in_thread, (void *)(intptr_t)(port + index));
    for (int index = 0; index < count && index < MOST_THREADS; index++)
        pthread_join(threads[index], NULL);
    printf("listening\n");
    stay();
}

static void *bind_with_own_files(void *port)
{
    if (unshare(CLONE_FILES) != 0)
        return NULL;
    tell("bind", bind_and_listen((int)(intptr_t)port));
    printf("listening\n");
    stay();
    return NULL;
}

static void bind_in_landlock(int port)
{
    const struct {
        uint64_t handled_access_fs;
        uint64_t handled_access_net;
    } attributes = {.handled_access_net = 1 /* LANDLOCK_ACCESS_NET_BIND_TCP */};
    enum { CREATE_RULESET = 444, RESTRICT_SELF = 446 };
    int ruleset = (int)syscall(CREATE_RULESET, &attributes, sizeof(attributes), 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    tell("landlock", ruleset < 0 ? -1 : (int)syscall(RESTRICT_SELF, ruleset, 0));
    tell("bind", bind_and_listen(port));
}

static volatile sig_atomic_t child_signals;

static void count_child(int number)
{
    (void)number;
    child_signals = child_signals + 1;
}

static void look_for_children(void)
{
    signal(SIGCHLD, count_child);
    tell("bind", bind_and_listen(0));
    tell("wait", waitpid(-1, NULL, 0) < 0 ? -1 : 0);
    printf("signals: %d\n", (int)child_signals);
}

static void listen_on_path(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer = {0};
    socklen_t length = sizeof(peer);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    tell("bind", bind(listener, (struct sockaddr *)&address, sizeof(address)));
    tell("listen", listen(listener, BACKLOG));
    tell("connect", connect(client, (struct sockaddr *)&address, sizeof(address)));
    getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &length);
    printf("peer: %s\n", peer.pid == getpid() ? "the listener" : "somebody else");
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int number = argc > 2 ? atoi(argv[2]) : 0;
    int second = argc > 3 ? atoi(argv[3]) : 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(what, "int80") == 0 || strcmp(what, "socketcall") == 0) {
        call_by_i386(number, what[0] == 's');
    } else if (strcmp(what, "threads") == 0) {
        bind_in_threads(number, second);
    } else if (strcmp(what, "own-files") == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, bind_with_own_files, (void *)(intptr_t)number);
        pthread_join(thread, NULL);
    } else if (strcmp(what, "drop") == 0) {
        tell("drop", setresuid((uid_t)number, (uid_t)number, (uid_t)number));
        tell("bind", bind_and_listen(second));
    } else if (strcmp(what, "landlock") == 0) {
        bind_in_landlock(number);
    } else if (strcmp(what, "children") == 0) {
        look_for_children();
    } else if (strcmp(what, "unix") == 0) {
        listen_on_path(argv[2]);
    } else if (strcmp(what, "bind") == 0) {
        tell("bind", bind_and_listen(number));
    }
    return 0;
}
