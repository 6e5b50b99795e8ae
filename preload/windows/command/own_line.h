/*
 * own_line: the command line that portclaim.exe was started with, as arguments and as it was
 * written: a program that follows rules of its own (cmd.exe) gets its part unchanged.
 */
#ifndef PORTCLAIM_WINDOWS_OWN_LINE_H
#define PORTCLAIM_WINDOWS_OWN_LINE_H

#include <wchar.h>

/*
 * In UTF-8 (wide.h), ended by NULL, as main() wants them; they are never freed. Out of memory ends
 * the process. To be called once.
 */
char **own_line_arguments(int *count);

/* The argument as it was before it was UTF-8: one of the pointers of own_line_arguments(). */
const wchar_t *own_line_wide(const char *argument);

/* All that was written behind this argument, without the blanks in front: "" at the end. */
const wchar_t *own_line_behind(const char *argument);

#endif
