/*
 * dropin: a drop-in for a systemd unit, made of the cures that a checkup found.
 */
#ifndef PORTCLAIM_DOCTOR_DROPIN_H
#define PORTCLAIM_DOCTOR_DROPIN_H

#include "checks.h"

/* On stdout: every cure that is a line of the unit, with its reason, and nothing else. */
void dropin_print(const struct service *service, const struct checkup *checkup);

/* The first failure that no line of the unit cures, or NULL. */
const struct finding *dropin_find_obstacle(const struct checkup *checkup);

#endif
