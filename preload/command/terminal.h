/*
 * terminal: what stdout is, if it is one.
 */
#ifndef PORTCLAIM_TERMINAL_H
#define PORTCLAIM_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Its columns; 0: it is none. */
size_t terminal_width(void);

/* Is it one, and does it understand ECMA-48, "\033[1m"? */
bool terminal_takes_colour(void);

#endif
