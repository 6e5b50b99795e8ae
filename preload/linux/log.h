/*
 * log: where a message goes. One write(2) for each, which never blocks and never raises SIGPIPE as
 * far as can be told beforehand.
 */
#ifndef PORTCLAIM_LOG_H
#define PORTCLAIM_LOG_H

#include "core/settings.h"

/*
 * Is there a stderr to write to? Asked before we open anything: where it is closed, the next
 * descriptor of ours gets its number.
 */
bool log_stderr_is_open(void);

void log_write(const struct settings *settings, bool stderr_is_open, const char *line,
               size_t length);

#endif
