/*
 * run: `portclaim run`, whose options are the same on every system. How a program is started under
 * portclaim is the system's own.
 */
#ifndef PORTCLAIM_RUN_H
#define PORTCLAIM_RUN_H

#include "core/settings.h"

#include <getopt.h>

/*
 * Starts `program`, its words ended by NULL, which the settings are handed on to by our
 * environment. Returns the exit code, if it returns; what stood in the way has been said.
 */
int run_program(char **program, const struct settings *settings);

/*
 * Options that the run of one system has besides. The system's main() names them before run begins;
 * what they are for is said in run_programs.
 */
struct run_options {
    const struct option *options; /* ended by a zero entry; their values below 0x100 */
    void (*take)(int option, const char *argument); /* ends the process on a mistake */
};

void run_has_options(const struct run_options *options);

/* All options of run, ended by a zero entry; `options` has OPTIONS_MOST places (options.h). */
void run_list_options(struct option *options);

/* What its help says in the system's words: what becomes of the program, which programs it takes,
 * when the exit code is 125, and examples. */
extern const char run_manner[];
extern const char run_programs[];
extern const char run_refusal[];
extern const char run_examples[];

#endif
