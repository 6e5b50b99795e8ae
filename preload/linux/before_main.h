/*
 * before_main: PORTCLAIM_CLAIM, for servers that take a lock of their own before they bind.
 */
#ifndef PORTCLAIM_BEFORE_MAIN_H
#define PORTCLAIM_BEFORE_MAIN_H

#include "core/settings.h"

/*
 * Claims every endpoint of settings->claim with a socket of its own and closes that again. Takes
 * the variable out of `environment`, or every child of the program would claim as well, and wait
 * for its own ancestor.
 */
void before_main_claim(const struct settings *settings, char **environment);

#endif
