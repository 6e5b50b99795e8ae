#include "next.h"

#include "system.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

/*
 * Weak, for a libc before glibc 2.34 has dlsym() only where the program is linked with libdl.
 * Without it the kernel itself is next, and other preloads are passed over.
 */
#pragma weak dlsym

static bind_function *found_bind;
static listen_function *found_listen;

static int from_kernel(long result)
{
    if (result >= 0)
        return (int)result;
    errno = (int)-result;
    return -1;
}

static int kernel_bind(int socket, const struct sockaddr *address, socklen_t length)
{
    return from_kernel(SYSTEM(bind, socket, address, length));
}

static int kernel_listen(int socket, int backlog)
{
    return from_kernel(SYSTEM(listen, socket, backlog));
}

/*
 * Both exist in every libc: a dlsym() that finds what it looks for does not allocate. Two threads
 * that come here at once find the same.
 */
bind_function *next_bind(void)
{
    bind_function *next = __atomic_load_n(&found_bind, __ATOMIC_RELAXED);
    if (next == NULL) {
        if (dlsym != NULL)
            next = (bind_function *)dlsym(RTLD_NEXT, "bind");
        if (next == NULL || next == bind)
            next = kernel_bind;
        __atomic_store_n(&found_bind, next, __ATOMIC_RELAXED);
    }
    return next;
}

listen_function *next_listen(void)
{
    listen_function *next = __atomic_load_n(&found_listen, __ATOMIC_RELAXED);
    if (next == NULL) {
        if (dlsym != NULL)
            next = (listen_function *)dlsym(RTLD_NEXT, "listen");
        if (next == NULL || next == listen)
            next = kernel_listen;
        __atomic_store_n(&found_listen, next, __ATOMIC_RELAXED);
    }
    return next;
}

void next_resolve(void)
{
    (void)next_bind();
    (void)next_listen();
}
