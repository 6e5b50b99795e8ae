/*
 * children: the processes that have a certain parent, by /proc/PID/task/TID/children (proc(5);
 * kernels without CONFIG_PROC_CHILDREN show none).
 */
#ifndef PORTCLAIM_CHILDREN_H
#define PORTCLAIM_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHILDREN_MOST = 512 };

struct children {
    uint32_t count;
    int32_t pids[CHILDREN_MOST];
};

/*
 * Adds the children of `pid`, as many as fit, and of its first `most_threads` threads only: each
 * has a file of its own. False when not all could be read, or fit. `buffer` is scratch memory for
 * the text of one file.
 */
bool children_add(struct children *children, int32_t pid, uint32_t most_threads, char *buffer,
                  size_t size);

#endif
