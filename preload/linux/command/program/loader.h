/*
 * loader: what a program's dynamic loader makes of an entry of LD_PRELOAD (ld.so(8)).
 */
#ifndef PORTCLAIM_LOADER_H
#define PORTCLAIM_LOADER_H

#include "program.h"

/*
 * The file that the entry leads to for this program, "$LIB" and the like replaced; `path` has
 * PATH_MAX bytes. The loader itself is asked, which only lists what it would load; but auditors
 * that the program names (DT_AUDIT, rtld-audit(7)) it starts also for that, seen with glibc. So
 * this is for a program that is about to be run as this very user, and for no other. False when the
 * loader would load nothing, or is none of this system's: a file of somebody else's names whatever
 * loader it likes, and that is not to be run.
 */
bool loader_resolve(const struct program *program, const char *entry, char *path);

#endif
