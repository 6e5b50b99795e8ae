/*
 * strings: between the UTF-16 of Windows and the UTF-8 of findings and cures, by malloc(3). Out of
 * memory ends the process.
 */
#ifndef PORTCLAIM_WINDOWS_DOCTOR_STRINGS_H
#define PORTCLAIM_WINDOWS_DOCTOR_STRINGS_H

#include "command/string_list.h"

#include <stdbool.h>
#include <wchar.h>

char *strings_from_wide(const wchar_t *wide);
wchar_t *strings_to_wide(const char *text);

/* "NAME=value", fit for settings_read(), as environment.c makes it of our own environment. */
void strings_add_variable(struct string_list *environment, const wchar_t *entry);

/* The arguments of a command line, the program first (command_line.h). */
void strings_split_line(const wchar_t *line, struct string_list *words);

/* The same path in slashes, for what shows backslashes as "\x5c" and for globs. */
char *strings_slashed(const char *path);

/* One word of a line for the command prompt, in quotes if need be. */
char *strings_word(const char *word);

/* Such words with blanks between them. */
char *strings_line(const struct string_list *words);

/* What follows the last slash or backslash, or the whole. */
const char *strings_base_name(const char *path);

/* Upper and lower case of A to Z are the same, as in the names of files. */
bool strings_same(const char *left, const char *right);

#endif
