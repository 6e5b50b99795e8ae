/*
 * env: what env(1) would start, and with what it would change before.
 */
#ifndef PORTCLAIM_ENV_H
#define PORTCLAIM_ENV_H

#include "command/string_list.h"

#include <stdbool.h>

struct env {
    struct string_list program; /* its command line; empty: env(1) starts nothing that is known */
    bool drops_preload;         /* LD_PRELOAD is removed or replaced on the way */
    char *path;                 /* the PATH in which the program is looked up; NULL: none */
    char *directory;            /* where it is started; NULL: here */
};

/*
 * Reads the command line of an env(1) ("env" first, ended by NULL), by the rules of GNU coreutils,
 * which are a superset of the others'. `path` is the PATH that env(1) is given, or NULL. What
 * env(1) would complain of is left for it to complain of: then it starts nothing. Free with
 * env_free().
 */
void env_read(char *const *arguments, const char *path, struct env *env);

void env_free(struct env *env);

#endif
