/*
 * string_list: a list of strings of its own, ended by NULL. Out of memory ends the process.
 */
#ifndef PORTCLAIM_STRING_LIST_H
#define PORTCLAIM_STRING_LIST_H

#include <stddef.h>

/* All zero is an empty one, whose `list` is NULL until something is added. */
struct string_list {
    char **list;
    size_t count;
};

/* Adds a copy. */
void string_list_add(struct string_list *strings, const char *string);

/* A copy of the first `length` bytes. */
void string_list_add_bytes(struct string_list *strings, const char *bytes, size_t length);

/* Adds copies of all up to the NULL; of NULL, none. */
void string_list_add_all(struct string_list *strings, char *const *list);

/* Those behind it move up. */
void string_list_remove(struct string_list *strings, size_t index);

/* The value of the first "NAME=value", or NULL. */
const char *string_list_value(const struct string_list *strings, const char *name);

/* asprintf(3), for strings that go on to the system; those for people are said()
 * (doctor/checkup.h). */
char *formatted(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Leaves it empty. */
void string_list_free(struct string_list *strings);

#endif
