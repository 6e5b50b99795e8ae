/*
 * process: what a running process shows of itself.
 */
#ifndef PORTCLAIM_DOCTOR_PROCESS_H
#define PORTCLAIM_DOCTOR_PROCESS_H

#include "checks.h"

/*
 * Fills in account, environment and command of patient->pid. False when there is no such process,
 * or nothing of it may be read: then `why`, by malloc(3), says so.
 */
bool process_read(struct patient *patient, char **why);

/* The path that /proc/PID/exe names. Returns 0 or an errno; then the path is "". */
int process_executable(pid_t pid, char *path, size_t size);

/*
 * The service that it belongs to, by its cgroup. False when there is none; else the name, by
 * malloc(3), and whether a user's own manager has it.
 */
bool process_service(pid_t pid, char **name, bool *of_user);

#endif
