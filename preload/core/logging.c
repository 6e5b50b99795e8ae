#include "logging.h"

/*
 * What cannot be appended to the file still reaches stderr: whoever looks why nothing more is
 * recorded finds it there, and a service manager bounds what it keeps of that.
 */
void logging_write(const struct logging *logging, const struct settings *settings, const char *line,
                   size_t length)
{
    if (settings->log_target == LOG_NONE)
        return;
    if (settings->log_target == LOG_FILE && logging->append(settings->log_file, line, length))
        return;
    if (logging->stderr_is_open)
        logging->write_to_stderr(line, length);
}
