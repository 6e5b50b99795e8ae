/*
 * log_file: the file that PORTCLAIM_LOG names.
 *
 * Whole lines only, from however many processes at once. A file that a line would make longer than
 * LOG_FILE_FULL is renamed to "FILE.1", in place of an older one, and a new one with the same owner
 * and mode is begun: record and predecessor stay below 2 * LOG_FILE_CLOSED bytes, but for one line
 * of each process that writes at that very moment.
 *
 * Only a regular file under its own name has a bound and a predecessor: FIFOs and devices are
 * written to, never renamed. RLIMIT_FSIZE is a bound like ours, for a write beyond it is a signal
 * (SIGXFSZ, setrlimit(2)).
 */
#ifndef PORTCLAIM_LOG_FILE_H
#define PORTCLAIM_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes. Between them lines are still taken: from those who find the file full while another
 * process is renaming it, and wait for nobody. */
enum { LOG_FILE_FULL = 16 << 20, LOG_FILE_CLOSED = 17 << 20 };

/*
 * Appends a line with one write(2); never blocks on a lock. False when the whole line could not be
 * appended; nothing of it is left in the file then.
 */
bool log_file_append(const char *path, const char *line, size_t length);

#endif
