/*
 * words: sentences as long as they need to be, and the names in them.
 */
#ifndef PORTCLAIM_WORDS_H
#define PORTCLAIM_WORDS_H

#include <stdint.h>
#include <stdio.h>

struct words {
    FILE *stream;
    char *bytes;
    size_t size;
};

/* Out of memory ends the process, in all of these. */
void words_start(struct words *words);
void words_add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A name that somebody else chose, through visible(), and cut when it is long. */
void words_add_name(struct words *words, const char *name);

/* The same of a sentence, in which a quote stays one; whole. */
void words_add_text(struct words *words, const char *text);

/* "63 ms", "4.2 s" */
void words_add_duration(struct words *words, uint64_t milliseconds);

/* "1 start", "2 starts" */
void words_add_count(struct words *words, uint64_t count, const char *noun);

/* What was added: the caller's, by malloc(3). */
char *words_end(struct words *words);

#endif
