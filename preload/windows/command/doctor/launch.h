/*
 * launch: what a service is started with, its command line and its environment.
 */
#ifndef PORTCLAIM_WINDOWS_DOCTOR_LAUNCH_H
#define PORTCLAIM_WINDOWS_DOCTOR_LAUNCH_H

#include "checks.h"

/* The path of a program, as `run` finds it; by malloc(3), NULL: there is none. */
char *launch_find(const char *name);

/* Fills in what the checks need to know of patient->unit, which was loaded. */
void launch_read_service(struct patient *patient);

/* Is the patient's program the one that the service starts, through `portclaim run` or not? */
bool launch_is_of(const struct patient *patient, const struct service *service);

/* Whether the service goes through `portclaim run`, and, where no process runs, what it starts. */
void launch_take_command(struct patient *patient, const struct service *service);

#endif
