/*
 * shell: command lines to be typed, where people type them on this system.
 */
#ifndef PORTCLAIM_COMMAND_SHELL_H
#define PORTCLAIM_COMMAND_SHELL_H

#include <stdint.h>

/* Characters that mean nothing but themselves to the shell. */
extern const char shell_harmless[];

/* A glob of these and of "?", as it is typed. The caller's, by malloc(3), as below. */
char *shell_glob(const char *glob);

/*
 * This command line as that user runs it, of process.user or socket.owner_user; NULL where there
 * is no way.
 */
char *shell_run_as(uint32_t user, const char *command);

#endif
