#include "report.h"

/*
 * A line that does not fit is cut, which text may be and JSON may not: the strings that others
 * choose are bounded where they are added, so that neither happens.
 */
void report(const struct host *host, const struct settings *settings, struct event *event,
            char *line)
{
    struct text text;
    if (settings->log_target == LOG_NONE)
        return;
    event->now_ms = host->now_ms(host->context);
    event->wall_clock_ms = host->wall_clock_ms(host->context);
    if (event->signal == NULL)
        event->signal = host->stop_name(host->context, STOP_ASK);
    text_start(&text, line, REPORT_LINE_SIZE - 1);
    if (settings->log_format == LOG_JSON)
        report_as_json(&text, event);
    else
        report_as_text(&text, event);
    line[text.length] = '\n';
    host->write(host->context, line, text.length + 1);
}
