/*
 * notation: how systemctl(1) writes the properties of a unit (systemd's
 * bus-print-properties.c and systemctl-show.c), and how environment files are written
 * (systemd.exec(5), EnvironmentFile=).
 */
#ifndef PORTCLAIM_DOCTOR_NOTATION_H
#define PORTCLAIM_DOCTOR_NOTATION_H

#include "command/string_list.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A list of strings, as in Environment= and ReadWritePaths=: words between blanks; those with
 * something special in them stand in double quotes, with backslashes. Adds them to `words`.
 */
void notation_split(const char *value, struct string_list *words);

/* A whole environment file; adds its "NAME=value" lines. */
void notation_read_environment_file(const char *content, struct string_list *words);

/* Is the word in a list of words that need no quotes? */
bool notation_has_word(const char *list, const char *word);

/*
 * A set of names that allows, or with "~" before it forbids: RestrictAddressFamilies=,
 * SystemCallFilter=. "~" alone forbids nothing; "" allows nothing. A name may carry ":ERRNO".
 */
bool notation_allows(const char *set, const char *name);

/* A time as in "1min 30s" or "100ms", in milliseconds; UINT64_MAX for "infinity" and "". */
uint64_t notation_read_time_ms(const char *value);

/* The value as one word of Environment= in a unit file, quoted if need be, "%" doubled. */
char *notation_quote_for_unit(const char *value);

/*
 * "{ path=/x ; argv[]=/x -y z ; flags=privileged ; ... }", the first of ExecStartEx=. The arguments
 * are not quoted there: one with blanks comes as several. The path replaces argv[0]. False when
 * there is no command.
 */
bool notation_read_command(const char *value, struct string_list *arguments, bool *privileged);

#endif
