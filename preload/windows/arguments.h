/*
 * arguments: a command line as the core wants it.
 *
 * Two command lines that mean the same have the same hash: how it was quoted, upper and lower case,
 * slashes and backslashes do not matter, nor does how the program was named ("node", "node.exe", a
 * whole path), for which program it is the executable says. The copy for patterns and messages has
 * slashes, and keeps its case.
 */
#ifndef PORTCLAIM_WINDOWS_ARGUMENTS_H
#define PORTCLAIM_WINDOWS_ARGUMENTS_H

#include "core/holder.h"

#include <wchar.h>

enum { ARGUMENTS_UNITS = 32768 /* CreateProcessW allows one less, and the NUL */ };

struct arguments_scratch {
    wchar_t line[ARGUMENTS_UNITS];   /* the caller's: the command line */
    wchar_t script[ARGUMENTS_UNITS]; /* the argument that may be a script; empty: none */
    wchar_t argument[ARGUMENTS_UNITS];
    char bytes[3 * ARGUMENTS_UNITS]; /* a unit is at most three bytes of UTF-8 */
    struct file file;
};

/*
 * Fills in arguments, their length and hash from scratch->line, the program's name from the
 * executable's path where that is known; and scratch->script. False when there is nothing.
 */
bool arguments_read(struct arguments_scratch *scratch, struct process *process);

#endif
