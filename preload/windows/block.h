/*
 * block: what a process's own memory says of it (the PEB and the RTL_USER_PROCESS_PARAMETERS that
 * it points to, learn.microsoft.com/windows/win32/api/winternl/ns-winternl-peb; offsets of 64-bit
 * Windows from phnt, the same since Windows Vista and in Wine).
 *
 * A process may write there what it likes: that makes it no one else's kill, for who is stopped on
 * the strength of it is the writer. A 32-bit process has a 64-bit block as well, with the command
 * line, and with the directory and the environment that it was started in.
 */
#ifndef PORTCLAIM_WINDOWS_BLOCK_H
#define PORTCLAIM_WINDOWS_BLOCK_H

#include "native.h"

struct block {
    HANDLE process;
    const char *parameters; /* an address in that process; NULL: cannot be read */
};

/* The handle stays the caller's. */
void block_open(struct block *block, HANDLE process);

/*
 * Each fills in at most `count` units with the NUL behind them; false when it cannot be read, or
 * not whole.
 */
bool block_read_command_line(const struct block *block, wchar_t *line, size_t count);
bool block_read_directory(const struct block *block, wchar_t *path, size_t count);

/* The value of a variable of the environment; empty when it is not set. */
bool block_read_variable(const struct block *block, const wchar_t *name, wchar_t *value,
                         size_t count);

/* All of it as it is, its second NUL included. */
bool block_read_environment(const struct block *block, wchar_t *units, size_t count);

#endif
