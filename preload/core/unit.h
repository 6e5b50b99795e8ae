/*
 * unit: what a cgroup path says of identity.
 *
 * Two processes of one systemd service, or of one container, belong together. A user's session, a
 * slice or the root say nothing: everything that a person starts by hand shares them.
 */
#ifndef PORTCLAIM_UNIT_H
#define PORTCLAIM_UNIT_H

#include "text.h"

/*
 * The length of `cgroup` up to and including the component that names the service or container; 0
 * when there is none.
 */
size_t unit_length(const char *cgroup);

/* Both have a unit, and it is the same one (also from different sub-cgroups of it). */
bool unit_same(const char *left, const char *right);

/* "openclaw.service", "docker-0123456789ab.scope"; "" when there is none. */
void unit_name(const char *cgroup, char *name, size_t size);

#endif
