/*
 * logging: where a message goes. The host says how.
 */
#ifndef PORTCLAIM_LOGGING_H
#define PORTCLAIM_LOGGING_H

#include "settings.h"

struct logging {
    bool (*append)(const char *path, const char *line, size_t length); /* false: not whole */
    void (*write_to_stderr)(const char *line, size_t length);
    bool stderr_is_open;
};

void logging_write(const struct logging *logging, const struct settings *settings, const char *line,
                   size_t length);

#endif
