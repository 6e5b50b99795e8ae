/*
 * arguments: a command line that grows: strings of its own, ended by NULL. Out of memory ends the
 * process.
 */
#ifndef PORTCLAIM_ARGUMENTS_H
#define PORTCLAIM_ARGUMENTS_H

#include <stddef.h>

/* All zero is an empty one, whose `list` is NULL until something is added. */
struct arguments {
    char **list;
    size_t count;
};

/* Adds a copy. */
void arguments_add(struct arguments *words, const char *word);

/* Adds copies of all up to the NULL. */
void arguments_add_all(struct arguments *words, char *const *list);

/* Leaves it empty. */
void arguments_free(struct arguments *words);

#endif
