/*
 * process: what a running process shows of itself.
 */
#ifndef PORTCLAIM_WINDOWS_DOCTOR_PROCESS_H
#define PORTCLAIM_WINDOWS_DOCTOR_PROCESS_H

#include "checks.h"

/*
 * Opens patient->pid and fills in process, account, program, environment and command. False when
 * there is no such process, or nothing of it may be read: then `why`, of said(), says so.
 */
bool process_read(struct patient *patient, char **why);

/* Was it started by portclaim.exe, which still runs? */
bool process_is_wrapped(int32_t pid);

/*
 * The service that it belongs to: of the process itself or of the nearest ancestor that is one's.
 * The caller's, by malloc(3); NULL when there is none, or nobody tells.
 */
wchar_t *process_service(int32_t pid);

#endif
