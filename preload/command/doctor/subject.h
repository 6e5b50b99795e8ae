/*
 * subject: who `portclaim doctor` is asked about, and its options on every system.
 */
#ifndef PORTCLAIM_DOCTOR_SUBJECT_H
#define PORTCLAIM_DOCTOR_SUBJECT_H

#include "command/command.h"

#include <stdint.h>

enum subject_kind {
    SUBJECT_ANY,
    SUBJECT_PROGRAM,
    SUBJECT_UNIT,
    SUBJECT_PROCESS,
    SUBJECT_KINDS,
};

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

struct patient; /* what a system knows of the one that is looked at */

/* By the kind; each returns the exit code. */
struct subject_examiners {
    int (*examine[SUBJECT_KINDS])(struct patient *patient, const char *name);
    enum subject_kind (*guess)(const char *name); /* of a name that could be a program or a unit */
};

/* By the one for its kind: the one that was asked for, or else that which the name tells. */
int subject_examine(const struct subject *subject, const struct subject_examiners *examiners,
                    struct patient *patient);

/* The PID; EXIT_YES or EXIT_MISUSE as above. */
int subject_read_pid(const char *name, int32_t *pid);

#endif
