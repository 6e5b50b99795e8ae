/*
 * checkup: what `portclaim doctor` found, finding by finding.
 */
#ifndef PORTCLAIM_DOCTOR_CHECKUP_H
#define PORTCLAIM_DOCTOR_CHECKUP_H

#include <stdbool.h>
#include <stddef.h>

/* In the order of their weight. */
enum result { RESULT_PASS, RESULT_WARN, RESULT_FAIL };

struct finding {
    const char *check; /* a stable name, in static memory */
    enum result result;
    char *found;     /* of said() */
    const char *why; /* what follows from it, in static memory; NULL for RESULT_PASS */
    char *cure;      /* of said(); lines that can be copied as they are; NULL: there is none */
    bool unit_lines; /* the cure belongs into the [Service] section of the unit */
};

/* All zero is an empty one. */
struct checkup {
    struct finding *findings;
    size_t count;
};

/* Takes `found` and `cure` over. Out of memory ends the process. */
void checkup_add(struct checkup *checkup, struct finding finding);

/* The same, member by member; for a cure that is no line of a unit. */
void checkup_note(struct checkup *checkup, const char *check, enum result result, char *found,
                  const char *why, char *cure);

/* A check that passed; takes `found` over. */
void checkup_pass(struct checkup *checkup, const char *check, char *found);

/* The heaviest result; RESULT_PASS for none. */
enum result checkup_result(const struct checkup *checkup);

size_t checkup_count(const struct checkup *checkup, enum result result);

void checkup_free(struct checkup *checkup);

/*
 * asprintf(3) for findings and cures: what others chose may go in as it is, for in the result every
 * byte outside printable ASCII is \xNN, a newline as well. Out of memory ends the process.
 */
char *said(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A command as a cure; takes it over. */
char *said_command(char *command);

/* Two cures of the same finding, one below the other; takes both over. Either may be NULL. */
char *said_both(char *first, char *second);

#endif
