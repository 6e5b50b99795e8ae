/*
 * input: a file that is read from its beginning to its end, byte by byte as it is, while others go
 * on writing to it, rename it or remove it. Each system has its own.
 *
 * Paths are UTF-8. What went wrong is told as a clause of printable ASCII, in static memory that
 * the next call may write to.
 */
#ifndef PORTCLAIM_INPUT_H
#define PORTCLAIM_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which file it is, whatever its name. */
struct input_identity {
    bool known; /* false: there is none, or nothing that can be told apart (a pipe of Windows) */
    bool regular;
    uint64_t device;
    uint64_t inode;
};

struct input {
    intptr_t handle;
    bool standard;
    struct input_identity identity;
};

/* "-" is standard input. NULL, or why it cannot be opened. */
const char *input_open(struct input *input, const char *path);

/* How many bytes were read, at most `size`; 0 at the end; -1 on an error, and *problem is why. */
ptrdiff_t input_read(const struct input *input, void *bytes, size_t size, const char **problem);

/* Standard input stays open. */
void input_close(const struct input *input);

/* What stands at this path, or what the link there leads to. */
struct input_identity input_identify(const char *path);

/* Would somebody have to type what is read from standard input? */
bool input_is_terminal(void);

#endif
