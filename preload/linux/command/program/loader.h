/*
 * loader: what a program's dynamic loader makes of an entry of LD_PRELOAD (ld.so(8)).
 */
#ifndef PORTCLAIM_LOADER_H
#define PORTCLAIM_LOADER_H

#include "program.h"

/*
 * The file that the entry leads to for this program, "$LIB" and the like replaced; `path` has
 * PATH_MAX bytes. The loader itself is asked, which only lists what it would load. False when it
 * would load nothing, or is none of this system's: a file of somebody else's names whatever loader
 * it likes, and that is not to be run.
 */
bool loader_resolve(const struct program *program, const char *entry, char *path);

#endif
