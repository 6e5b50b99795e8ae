/*
 * lines: is what the core wrote one whole line that nobody could have forged?
 */
#ifndef SIMULATION_LINES_H
#define SIMULATION_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* NULL when there is none; else what it does, to follow "a line that ...". */
const char *lines_find_mistake(const char *line, size_t length, bool json);

#endif
