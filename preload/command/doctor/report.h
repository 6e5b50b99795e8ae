/*
 * report: a checkup, for people and for programs.
 */
#ifndef PORTCLAIM_DOCTOR_REPORT_H
#define PORTCLAIM_DOCTOR_REPORT_H

#include "checkup.h"

/* `kind` is "program", "unit" or "process"; `subject` its name, as somebody else chose it. */
struct report_head {
    const char *kind;
    const char *subject;
};

/* On stdout, in colour where that is a terminal and NO_COLOR is not set. */
void doctor_report_as_text(const struct report_head *head, const struct checkup *checkup);

/* On stdout, one object; portclaim(1) has its members. */
void doctor_report_as_json(const struct report_head *head, const struct checkup *checkup);

#endif
