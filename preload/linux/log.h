/*
 * log: where a message goes. One write(2) for each, which never blocks and never raises SIGPIPE as
 * far as can be told beforehand.
 */
#ifndef PORTCLAIM_LOG_H
#define PORTCLAIM_LOG_H

#include "core/settings.h"

void log_write(const struct settings *settings, const char *line, size_t length);

#endif
