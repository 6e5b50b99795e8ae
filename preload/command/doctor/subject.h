/*
 * subject: who `portclaim doctor` is asked about, and its options on every system.
 */
#ifndef PORTCLAIM_DOCTOR_SUBJECT_H
#define PORTCLAIM_DOCTOR_SUBJECT_H

#include "command/command.h"

#include <stdint.h>

enum subject_kind { SUBJECT_ANY, SUBJECT_PROGRAM, SUBJECT_UNIT, SUBJECT_PROCESS };

struct subject {
    bool json;
    enum subject_kind kind; /* SUBJECT_ANY: the name has to tell */
    const char *name;       /* one of the arguments; never empty */
};

/* What getopt_long(3) returns for the options below; a system's own ones set a flag, and are 0. */
enum { SUBJECT_OPTION_JSON = 1, SUBJECT_OPTION_UNIT, SUBJECT_OPTION_PID, SUBJECT_OPTION_PROGRAM };

/* clang-format off */
#define SUBJECT_OPTIONS \
    {"json", no_argument, NULL, SUBJECT_OPTION_JSON}, \
    {"unit", required_argument, NULL, SUBJECT_OPTION_UNIT}, \
    {"pid", required_argument, NULL, SUBJECT_OPTION_PID}, \
    {"program", required_argument, NULL, SUBJECT_OPTION_PROGRAM}
/* clang-format on */

/* Of what the service manager of the system starts: "unit" and "UNIT". */
struct subject_words {
    const char *unit;
    const char *placeholder;
};

/*
 * Reads the command line into *subject; `options` has SUBJECT_OPTIONS among its own. Returns
 * EXIT_YES, or EXIT_MISUSE after it has said what was typed wrong.
 */
int subject_read(struct subject *subject, const struct subject_words *words,
                 const struct option *options, int count, char **arguments);

/* Is the name a number, and so a PID unless the kind says otherwise? */
bool subject_is_number(const char *name);

/* The PID; EXIT_YES or EXIT_MISUSE as above. */
int subject_read_pid(const char *name, int32_t *pid);

#endif
