/*
 * text: bounded formatting and small string questions, without stdio, locale or malloc.
 *
 * Everything here is async-signal-safe and works on memory that the caller owns. A text that runs
 * out of room is cut and remembers it (`truncated`); it always ends in a NUL byte.
 */
#ifndef PORTCLAIM_TEXT_H
#define PORTCLAIM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *bytes; /* the caller's buffer */
    size_t size; /* its size, the NUL byte included; at least 1 */
    size_t length;
    bool truncated;
};

void text_start(struct text *text, char *buffer, size_t size);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_add_number(struct text *text, int64_t number);

/* In lower case, with zeros in front until there are `least_digits`, 20 at most. */
void text_add_hexadecimal(struct text *text, uint64_t number, size_t least_digits);

/* A time as people say it: "63 ms", "4.2 s", "5m03s", "3h12m", "12d4h". */
void text_add_duration(struct text *text, uint64_t milliseconds);

/*
 * A string that somebody else chose (a process title, a path): bytes outside printable ASCII, the
 * quote and the backslash become \xNN, so that it can neither break a line nor move a cursor. At
 * most `limit` bytes of it are shown, then "...".
 */
void text_add_visible(struct text *text, const char *string, size_t limit);

/*
 * A JSON string with its quotes (RFC 8259). A byte that is not printable ASCII becomes \u00NN. Cut
 * when it does not fit, its closing quote as well.
 */
void text_add_json(struct text *text, const char *string);

bool text_equal(const char *left, const char *right);
bool text_starts_with(const char *string, const char *prefix);
bool text_ends_with(const char *string, const char *suffix);

/* What follows the last slash, or the whole string. */
const char *text_base_name(const char *path);

/* Copies as much as fits and ends it in NUL; false when it was cut. */
bool text_copy(char *target, size_t size, const char *source);

/*
 * Globs as in fnmatch(3) without flags: `*`, `?`, `[a-z]`, `[!a-z]`, `\` quotes; no `[:names:]`. A
 * bracket that is never closed stands for itself. Linear memory.
 */
bool text_matches_glob(const char *pattern, const char *string);

/*
 * Reads decimal digits at *cursor and moves it past them. False, and nothing moved, when there is
 * no digit or the number exceeds `most`.
 */
bool text_read_number(const char **cursor, uint64_t most, uint64_t *number);

/* FNV-1a, 64 bits: start with TEXT_HASH_START and feed piece after piece. */
#define TEXT_HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t text_hash(uint64_t hash, const char *bytes, size_t length);

#endif
