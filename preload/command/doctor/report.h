/*
 * report: a checkup, for people and for programs.
 */
#ifndef PORTCLAIM_DOCTOR_REPORT_H
#define PORTCLAIM_DOCTOR_REPORT_H

#include "checkup.h"

/*
 * `kind` is "program", "process", or what the system's service manager starts: "unit" or "service";
 * `subject` its name, as somebody else chose it.
 */
struct report_head {
    const char *kind;
    const char *subject;
};

/*
 * On stdout: one object, of which portclaim(1) has the members, or text, in colour where that is a
 * terminal and NO_COLOR is not set. Returns the exit code.
 */
int doctor_report(const struct report_head *head, const struct checkup *checkup, bool json);

#endif
