/*
 * log_file: the file that PORTCLAIM_LOG names.
 *
 * Whole lines only, from however many processes at once: FILE_APPEND_DATA without FILE_WRITE_DATA
 * makes the system append each write in one piece. A file that a line would make longer than
 * LOG_FILE_FULL is renamed to "FILE.1", in place of an older one, and a new one is begun with the
 * rights that its directory gives. Only regular files have a bound and a predecessor.
 */
#ifndef PORTCLAIM_WINDOWS_LOG_FILE_H
#define PORTCLAIM_WINDOWS_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes. Between them lines are still taken: where the file cannot be renamed. */
enum { LOG_FILE_FULL = 16 << 20, LOG_FILE_CLOSED = 17 << 20 };

/* `path` is of the settings (path.h). False when the whole line could not be appended. */
bool log_file_append(const char *path, const char *line, size_t length);

#endif
