/*
 * names: names of programs, as this system tells them apart (conventions.h). Where case does not
 * matter, that is true of ASCII letters; others are compared as they are.
 */
#ifndef PORTCLAIM_NAMES_H
#define PORTCLAIM_NAMES_H

#include <stdbool.h>

/* What follows `beginning` in the name; NULL when it begins otherwise. */
const char *names_behind(const char *name, const char *beginning);

/* Is this file name the program's, with or without the suffix that such files have? */
bool names_program(const char *name, const char *program);

/* As text_matches_glob(). At most SETTINGS_LIST_SIZE bytes of glob, PROCESS_PATH_SIZE of name. */
bool names_match_glob(const char *glob, const char *name);

#endif
