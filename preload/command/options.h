/*
 * options: every PORTCLAIM_ setting as a long option, so that both are always the same: --term-ms
 * is PORTCLAIM_TERM_MS.
 */
#ifndef PORTCLAIM_OPTIONS_H
#define PORTCLAIM_OPTIONS_H

#include "core/settings.h"

#include <getopt.h>

/* What getopt_long(3) returns for each, in the order of portclaim(7). */
enum {
    OPTION_MODE = 0x1000,
    OPTION_PORTS,
    OPTION_ONLY,
    OPTION_SERVICE,
    OPTION_MATCH,
    OPTION_PROTECT,
    OPTION_SIGNAL,
    OPTION_TERM_MS,
    OPTION_KILL_MS,
    OPTION_WAIT_MS,
    OPTION_REUSEADDR,
    OPTION_REUSEPORT,
    OPTION_LIMIT,
    OPTION_CLAIM,
    OPTION_LOG,
    OPTION_LOG_FORMAT,
    OPTION_STATE_DIR,
    OPTION_UNIX,
    OPTIONS_END,
};

enum { OPTIONS_SETTINGS = OPTIONS_END - OPTION_MODE, OPTIONS_MOST = 48 };

/*
 * The settings' options with the command's own (ended by a zero entry) behind them. `options` has
 * OPTIONS_MOST places. An own option takes precedence over a setting of the same name.
 */
void options_with_settings(const struct option *own, struct option *options);

/* Is this value of getopt_long()'s one of the settings'? */
bool options_is_setting(int value);

/*
 * Puts the setting into our own environment. Lists (--match, --claim, --protect, --ports, --only)
 * may be given several times and are joined by commas.
 */
void options_take_setting(int value, const char *argument);

/*
 * The settings of our environment, and where its state is kept. On a mistake says so, in the words
 * of settings_read() and with the variable's name, and returns false.
 */
bool options_read_settings(struct settings *settings);

#endif
