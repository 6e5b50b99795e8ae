#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CLIENTS = 256, FLOOD_BYTES = 16 << 20, POLL_MS = 20 };

static int clients[MOST_CLIENTS];
static int client_count;
static int signal_log = -1;
static volatile sig_atomic_t told_to_stop;

/* ---- signals ---- */

static void write_whole(int descriptor, const char *line)
{
    ssize_t written = write(descriptor, line, strlen(line));
    (void)written;
}

static const char *signal_line(int number)
{
    switch (number) {
    case SIGTERM:
        return "signal SIGTERM\n";
    case SIGINT:
        return "signal SIGINT\n";
    case SIGHUP:
        return "signal SIGHUP\n";
    case SIGQUIT:
        return "signal SIGQUIT\n";
    case SIGCONT:
        return "signal SIGCONT\n";
    case SIGUSR1:
        return "signal SIGUSR1\n";
    default:
        return "signal SIGUSR2\n";
    }
}

static void on_signal(int number)
{
    int entry_errno = errno;
    write_whole(STDOUT_FILENO, signal_line(number));
    if (signal_log >= 0)
        write_whole(signal_log, signal_line(number));
    if (number != SIGCONT)
        told_to_stop = 1;
    errno = entry_errno;
}

static void catch_signals(void)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCONT, SIGUSR1, SIGUSR2};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    for (size_t index = 0; index < sizeof(numbers) / sizeof(numbers[0]); index++)
        sigaction(numbers[index], &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (options.signal_file != NULL)
        signal_log = open(options.signal_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static void sleep_ms(long milliseconds)
{
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

/* ---- serving ---- */

static void flood(int client)
{
    char *bytes = calloc(1, FLOOD_BYTES);
    ssize_t sent = send(client, bytes, FLOOD_BYTES, MSG_DONTWAIT | MSG_NOSIGNAL);
    free(bytes);
    say("flooded %zd\n", sent);
}

static void accept_client(int listener)
{
    char answer[32];
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0)
        return;
    snprintf(answer, sizeof(answer), "%d\n", getpid());
    write_whole(client, answer);
    if (options.flood)
        flood(client);
    if (options.close_first || client_count == MOST_CLIENTS)
        close(client);
    else
        clients[client_count++] = client;
}

static void drop_gone_clients(void)
{
    for (int index = client_count - 1; index >= 0; index--) {
        char bytes[256];
        ssize_t got = recv(clients[index], bytes, sizeof(bytes), MSG_DONTWAIT);
        if (got > 0 || (got < 0 && errno == EAGAIN))
            continue;
        close(clients[index]);
        clients[index] = clients[--client_count];
    }
}

static void close_listeners(void)
{
    for (int index = 0; index < options.address_count; index++) {
        close(listeners[index]);
        listeners[index] = -1;
    }
}

static bool has_to_end(void)
{
    if (!told_to_stop || options.temper == IGNORE_TERM)
        return false;
    if (options.temper == DRAIN)
        close_listeners();
    return options.temper == POLITE || client_count == 0;
}

static void *serve(void *unused)
{
    (void)unused;
    while (!has_to_end()) {
        struct pollfd polled[MOST_ADDRESSES];
        for (int index = 0; index < options.address_count; index++)
            polled[index] = (struct pollfd){.fd = listeners[index], .events = POLLIN};
        bool accepting =
            !options.udp && !options.one_to_many && !options.no_listen && !told_to_stop;
        int ready = poll(polled, accepting ? (nfds_t)options.address_count : 0, POLL_MS);
        for (int index = 0; ready > 0 && index < options.address_count; index++) {
            if ((polled[index].revents & POLLIN) != 0)
                accept_client(listeners[index]);
        }
        if (!options.flood) /* whose client may shut down its half */
            drop_gone_clients();
    }
    sleep_ms(options.stop_delay_ms);
    say("ended at %ld\n", now_ms());
    exit(0);
}

/* The first thread closes its copies; what this one has, it has for itself. */
static void *serve_with_own_files(void *ready)
{
    unshare(CLONE_FILES);
    pthread_barrier_wait(ready);
    return serve(NULL);
}

static void serve_in_thread(void)
{
    pthread_t thread;
    pthread_barrier_t ready;
    if (options.leader_exits && pthread_create(&thread, NULL, serve, NULL) == 0)
        pthread_exit(NULL);
    pthread_barrier_init(&ready, NULL, 2);
    pthread_create(&thread, NULL, serve_with_own_files, &ready);
    pthread_barrier_wait(&ready);
    for (int index = 0; index < options.address_count; index++)
        close(listeners[index]);
    pthread_join(thread, NULL);
}

static void fork_workers(void)
{
    for (int worker = 0; worker < options.workers; worker++) {
        pid_t pid = fork();
        if (pid == 0) {
            options.workers = 0;
            serve(NULL);
        }
        say("worker %d\n", pid);
    }
}

/* A helper program that got the listening socket by accident. */
static void leak_child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGTERM, SIG_DFL);
        execlp("sleep", "sleep", "600", NULL);
        _exit(127);
    }
    say("child %d\n", pid);
}

/* A sidecar, in a session and process group of its own, and without our socket. */
static void spawn(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        close_listeners();
        execl("/bin/sh", "sh", "-c", options.spawn, NULL);
        _exit(127);
    }
    say("spawned %d\n", pid);
}

/* ---- disguise ---- */

/* As setproctitle and Node's process.title: the title, then NULs where the arguments were. */
static void set_title(char **argv, int argc)
{
    char *end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
    size_t room = (size_t)(end - argv[0]);
    size_t length = strlen(options.title);
    memset(argv[0], 0, room);
    memcpy(argv[0], options.title, length < room ? length : room - 1);
    prctl(PR_SET_NAME, options.title);
}

static void allocate(void)
{
    size_t size = (size_t)options.allocate_mb * 1024 * 1024;
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        fail("mmap");
    memset(memory, 1, size);
}

/* A single-instance lock, as some gateways take it before they bind. */
static void take_lock(void)
{
    int lock = open(options.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) != 0)
        fail("lock");
}

int main(int argc, char **argv)
{
    read_options(argv);
    catch_signals();
    if (options.lock != NULL)
        take_lock();
    if (options.allocate_mb > 0)
        allocate();
    if (options.title != NULL)
        set_title(argv, argc);
    bind_all();
    if (options.drop_to > 0 && setuid((uid_t)options.drop_to) != 0)
        fail("setuid");
    if (options.leak_child)
        leak_child();
    fork_workers();
    say("listening %d at %ld\n", options.port, now_ms());
    if (options.spawn != NULL)
        spawn();
    if (options.leader_exits || options.own_files)
        serve_in_thread();
    serve(NULL);
}
