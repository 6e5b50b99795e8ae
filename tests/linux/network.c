/*
 * A network of its own, with nothing but the loopback in it, for as long as this process lives. It
 * says "up" when that can be used. Needs CAP_SYS_ADMIN.
 */
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONGEST_TEST_S = 600 };

int main(void)
{
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int descriptor = -1;
    if (unshare(CLONE_NEWNET) == 0)
        descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || ioctl(descriptor, SIOCSIFFLAGS, &loopback) != 0) {
        perror("network");
        return 1;
    }
    close(descriptor);
    puts("up");
    fflush(stdout);
    sleep(LONGEST_TEST_S);
    return 0;
}
