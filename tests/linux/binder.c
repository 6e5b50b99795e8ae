/*
 * Binds and listens in an odd place, for tests:
 *
 *     binder PLACE PORT
 *
 * PLACE: main, thread (on a 64 KiB stack), signal-handler, vfork, fork-in-thread. Prints
 * "listening PORT" from the process that serves then, or "bind: ERRNO" and ends with status 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SMALL_STACK = 64 << 10, ALLOCATING_THREADS = 3 };

static int listener;
static int port;
static int failure; /* errno of the bind or listen that failed */
static const char *failed_call;

/* Nothing here but the two calls: it runs where little else is allowed. */
static void bind_it(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    failed_call = NULL;
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0)
        failed_call = "bind";
    else if (listen(listener, 16) != 0)
        failed_call = "listen";
    failure = failed_call != NULL ? errno : 0;
}

static void serve(void)
{
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    if (failed_call != NULL) {
        printf("%s: %s\n", failed_call, strerrorname_np(failure));
        exit(1);
    }
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("listening %d\n", ntohs(address.sin_port));
    for (;;)
        pause();
}

static void *in_thread(void *unused)
{
    bind_it();
    return unused;
}

static void bind_in_thread(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, SMALL_STACK);
    pthread_create(&thread, &attributes, in_thread, NULL);
    pthread_join(thread, NULL);
}

static void on_signal(int number)
{
    (void)number;
    bind_it();
}

static void bind_in_signal_handler(void)
{
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
}

/* The child shares our memory, so what it finds is known here; and its socket is ours. */
static void bind_in_vfork(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        bind_it();
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

static void *allocate_for_ever(void *unused)
{
    for (size_t size = 1;; size = size * 7 % 100003 + 1)
        free(malloc(size));
    return unused;
}

/* Others hold the allocator's locks at the moment of the fork, and the child gets them locked. */
static void *fork_and_bind(void *unused)
{
    pid_t pid = fork();
    if (pid == 0) {
        bind_it();
        char line[64];
        int length = failed_call == NULL
                         ? snprintf(line, sizeof(line), "listening %d\n", port)
                         : snprintf(line, sizeof(line), "%s: failed\n", failed_call);
        if (write(STDOUT_FILENO, line, (size_t)length) != length || failed_call != NULL)
            _exit(1);
        for (;;)
            pause();
    }
    int status = 0;
    waitpid(pid, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    return unused;
}

static void bind_after_fork_in_thread(void)
{
    pthread_t thread;
    for (int index = 0; index < ALLOCATING_THREADS; index++)
        pthread_create(&thread, NULL, allocate_for_ever, NULL);
    usleep(20000);
    pthread_create(&thread, NULL, fork_and_bind, NULL);
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*bind)(void);
    } places[] = {
        {"main", bind_it},
        {"thread", bind_in_thread},
        {"signal-handler", bind_in_signal_handler},
        {"vfork", bind_in_vfork},
        {"fork-in-thread", bind_after_fork_in_thread},
    };
    setvbuf(stdout, NULL, _IOLBF, 0);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    port = argc > 2 ? atoi(argv[2]) : 0;
    for (size_t index = 0; argc > 2 && index < sizeof(places) / sizeof(places[0]); index++) {
        if (strcmp(places[index].name, argv[1]) == 0) {
            places[index].bind();
            serve();
        }
    }
    puts("usage: binder PLACE PORT");
    return 2;
}
