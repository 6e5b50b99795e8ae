/*
 * batch: the command line of a batch file. CreateProcessW gives it to cmd.exe, which has rules of
 * its own: what is outside of quotes may be another command, and "%" is a variable's even within.
 */
#ifndef PORTCLAIM_WINDOWS_BATCH_H
#define PORTCLAIM_WINDOWS_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* Can cmd.exe be given this argument, and hand it on unchanged? */
bool batch_takes(const wchar_t *argument);

/*
 * Writes it, in quotes where it needs them, without a NUL; returns the number of units, at most
 * twice its length + 2.
 */
size_t batch_quote(const wchar_t *argument, wchar_t *quoted);

#endif
