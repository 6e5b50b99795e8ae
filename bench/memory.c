/*
 * memory: what a program has resident, and the stack that its bind and listen take.
 *
 * Prints "resident<tab>KiB", "private, written<tab>KiB" and "stack of bind and listen<tab>KiB".
 */
#include <err.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STACK_SIZE = 256 * 1024, PAINT = 0xa5, PORT = 18789, BACKLOG = 16 };

static void *bind_and_listen(void *unused)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, BACKLOG) != 0)
        err(EXIT_FAILURE, "bind or listen");
    (void)close(listener);
    return unused;
}

/* In bytes: how far down the paint is gone, with the thread's own beginning. */
static size_t stack_used(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    unsigned char *stack =
        mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        err(EXIT_FAILURE, "stack");
    memset(stack, PAINT, STACK_SIZE);
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstack(&attributes, stack, STACK_SIZE);
    if (pthread_create(&thread, &attributes, bind_and_listen, NULL) != 0 ||
        pthread_join(thread, NULL) != 0)
        errx(EXIT_FAILURE, "thread");
    size_t untouched = 0;
    while (untouched < STACK_SIZE && stack[untouched] == PAINT)
        untouched++;
    (void)munmap(stack, STACK_SIZE);
    return STACK_SIZE - untouched;
}

static void tell_mappings(void)
{
    char line[256];
    long resident = 0;
    long written = 0;
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    if (file == NULL)
        err(EXIT_FAILURE, "smaps_rollup");
    while (fgets(line, sizeof(line), file) != NULL) {
        (void)sscanf(line, "Rss: %ld", &resident);
        (void)sscanf(line, "Private_Dirty: %ld", &written);
    }
    (void)fclose(file);
    (void)printf("resident\t%ld\nprivate, written\t%ld\n", resident, written);
}

int main(void)
{
    size_t stack = stack_used();
    tell_mappings();
    (void)printf("stack of bind and listen\t%.3f\n", (double)stack / 1024);
    return EXIT_SUCCESS;
}
