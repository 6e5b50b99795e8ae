/*
 * script: the "#!" line of a file, by the rules of the kernel (fs/binfmt_script.c; execve(2)).
 */
#ifndef PORTCLAIM_SCRIPT_H
#define PORTCLAIM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

enum { SCRIPT_LINE_SIZE = 256 }; /* BINPRM_BUF_SIZE: what the kernel reads of a file */

struct script {
    char interpreter[SCRIPT_LINE_SIZE];
    char argument[SCRIPT_LINE_SIZE]; /* one, with its blanks; "" when there is none */
};

/*
 * Reads it from the first `size` bytes of a file, at most SCRIPT_LINE_SIZE. False when the kernel
 * would not take the file for a script.
 */
bool script_read(const char *start, size_t size, struct script *script);

#endif
