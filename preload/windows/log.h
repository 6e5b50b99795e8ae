/*
 * log: where a message goes. One WriteFile for each, which as far as can be told beforehand does
 * not block.
 */
#ifndef PORTCLAIM_WINDOWS_LOG_H
#define PORTCLAIM_WINDOWS_LOG_H

#include "core/settings.h"

/* Is there a stderr to write to? A service or a program with windows has none. */
bool log_stderr_is_open(void);

/* Last-error may change. */
void log_write(const struct settings *settings, bool stderr_is_open, const char *line,
               size_t length);

/* "portclaim[PID]: MESSAGE", where there is no claim that could report it. */
void log_warn(const struct settings *settings, const char *message);

#endif
