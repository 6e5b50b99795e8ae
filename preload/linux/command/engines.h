/*
 * engines: which of the two ways a program is served by: LD_PRELOAD, or the seccomp engine.
 */
#ifndef PORTCLAIM_ENGINES_H
#define PORTCLAIM_ENGINES_H

#include "linux/command/program/program.h"

enum engine {
    ENGINE_AUTO, /* LD_PRELOAD where that reaches the program */
    ENGINE_PRELOAD,
    ENGINE_SECCOMP,
    ENGINE_NONE, /* neither serves it */
};

/* A value of --engine: "auto", "preload", "seccomp". False for any other. */
bool engines_read(const char *name, enum engine *engine);

/* The one that serves the program when `wanted` is asked for. `claims`: it has a --claim. */
enum engine engines_choose(const struct program *program, enum engine wanted, bool claims);

#endif
