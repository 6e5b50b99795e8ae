/*
 * wording: text as long as it needs to be, and the names in it.
 */
#ifndef PORTCLAIM_WORDING_H
#define PORTCLAIM_WORDING_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is an empty one. */
struct wording {
    char *bytes; /* ended by NUL, by malloc(3); NULL as long as nothing was added */
    size_t length;
    size_t size;
};

/* Out of memory ends the process, in all of these. */
void wording_add(struct wording *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void wording_add_list(struct wording *words, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* A name that somebody else chose, as by visible(), and cut when it is long. */
void wording_add_name(struct wording *words, const char *name);

/* The same of a sentence or a command, whole; quotes and backslashes stay what they are. */
void wording_add_text(struct wording *words, const char *text);

/* "63 ms", "4.2 s" */
void wording_add_duration(struct wording *words, uint64_t milliseconds);

/* "1 start", "2 starts" */
void wording_add_count(struct wording *words, uint64_t count, const char *noun);

/* What was added, "" for nothing: the caller's, by malloc(3). The wording is empty again. */
char *wording_end(struct wording *words);

#endif
