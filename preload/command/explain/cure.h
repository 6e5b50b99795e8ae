/*
 * cure: the advice of a cause, and lines that can be copied as they are. For the diagnosis alone.
 */
#ifndef PORTCLAIM_CURE_H
#define PORTCLAIM_CURE_H

#include "diagnosis.h"

/* Advice without lines. Past DIAGNOSIS_CURES it is dropped. */
void cure_add(struct cause *cause, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lines for the cure that was added last. */
void cure_lines(struct cause *cause, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * A line of the service's unit for the same, with "systemctl edit" above it where the unit is
 * known. `format` is "TimeoutStopSec=%u".
 */
void cure_unit_line(struct cause *cause, const struct story_endpoint *endpoint, const char *format,
                    ...) __attribute__((format(printf, 3, 4)));

/*
 * A variable of the service's environment: `format` is "PORTCLAIM_TERM_MS=%u". Where the unit is
 * known an Environment= line of it, else as the record's system sets one.
 */
void cure_setting(struct cause *cause, const struct story_endpoint *endpoint, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));

/*
 * May the name stand in a command line, unquoted? Names come from a record; only what systemd
 * itself allows in a unit's name (systemd.unit(5)) is, and no backslash.
 */
bool cure_is_plain(const char *name);

/* The same, and a unit that systemctl(1) can disable. */
bool cure_is_service(const char *name);

/* The label without ".service" or ".exe", where it has one: for PORTCLAIM_SERVICE. */
void cure_label(const char *label, char *name, size_t size);

/* The same of the service that was started most often; "gateway" where that is not plain. */
void cure_own_label(const struct story_endpoint *endpoint, char *name, size_t size);

#endif
