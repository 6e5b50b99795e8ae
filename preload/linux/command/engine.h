/*
 * engine: the seccomp engine, as `portclaim run` starts it.
 */
#ifndef PORTCLAIM_ENGINE_H
#define PORTCLAIM_ENGINE_H

#include "core/settings.h"
#include "linux/command/program/program.h"

#include <stdbool.h>

/*
 * Claims settings->claim in the name of the program that this process is going to be, and takes the
 * variable out of the environment.
 */
void engine_claim(const struct settings *settings, const struct program *program);

/* Does this machine, or the container that this is, have what it takes? If not, `*why` says what.
 */
bool engine_is_possible(const char **why);

/*
 * Puts this process under a supervisor, which it stays under as whatever it executes. False when
 * that cannot be; then `*why` says why, and nothing has changed but perhaps no_new_privs.
 */
bool engine_start(const struct settings *settings, const char **why);

#endif
