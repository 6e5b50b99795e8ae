/*
 * command_line: between a command line, which is all that a Windows process gets, and arguments, by
 * the rules of CommandLineToArgvW (learn.microsoft.com/windows/win32/api/shellapi/
 * nf-shellapi-commandlinetoargvw), which the C runtime, Go and libuv follow as well. No heap.
 */
#ifndef PORTCLAIM_WINDOWS_COMMAND_LINE_H
#define PORTCLAIM_WINDOWS_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/*
 * The first one, the program's name: in it a backslash quotes nothing, and a quote is at its start
 * and end only. `name` has room for as many units as the line, its NUL included. Returns where the
 * next argument starts. A line that starts with a blank has an empty name.
 */
const wchar_t *command_line_program(const wchar_t *line, wchar_t *name);

/*
 * The argument that starts at *cursor, which moves on to the next one; room as above. False, and
 * `argument` empty, at the end.
 */
bool command_line_next(const wchar_t **cursor, wchar_t *argument);

/*
 * Writes the argument so that command_line_next() reads it back, in quotes where it needs them, and
 * without a NUL; returns the number of units, at most COMMAND_LINE_QUOTED of its length. A
 * program's name, which can hold no quote, reads back with command_line_program() if it does not
 * end in a backslash.
 */
size_t command_line_quote(const wchar_t *argument, wchar_t *quoted);

#define COMMAND_LINE_QUOTED(length) (2 * (length) + 2)

#endif
