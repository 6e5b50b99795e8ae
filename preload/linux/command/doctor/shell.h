/*
 * shell: commands that can be copied as they are, whatever a unit or a program is called.
 */
#ifndef PORTCLAIM_DOCTOR_SHELL_H
#define PORTCLAIM_DOCTOR_SHELL_H

#include <stdbool.h>

/* One word of a command line of sh(1), quoted if need be. By malloc(3). */
char *shell_word(const char *word);

/*
 * `systemctl [--user] VERB UNIT`, by malloc(3). The names of units have backslashes where systemd
 * escaped something (systemd.unit(5)).
 */
char *shell_systemctl(bool of_user, const char *verb, const char *unit);

#endif
