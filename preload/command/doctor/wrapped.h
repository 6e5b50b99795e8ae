/*
 * wrapped: a command line that begins with `portclaim run`.
 */
#ifndef PORTCLAIM_DOCTOR_WRAPPED_H
#define PORTCLAIM_DOCTOR_WRAPPED_H

#include "command/string_list.h"

#include <stdbool.h>

/*
 * Is it one? Then *program is the place of the program behind it (the count when there is none),
 * and the settings that its options make are added to `environment` as "PORTCLAIM_...=value".
 */
bool wrapped_read(const struct string_list *command, size_t *program,
                  struct string_list *environment);

/*
 * What it says behind an option that is no setting: "seccomp" of "--engine seccomp". In the
 * command's own memory; NULL when there is no such option.
 */
const char *wrapped_value(const struct string_list *command, const char *option);

#endif
