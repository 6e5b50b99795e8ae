/*
 * family: which of our ancestors run our program as well, for the judge of a shared port.
 */
#ifndef PORTCLAIM_FAMILY_H
#define PORTCLAIM_FAMILY_H

#include "core/holder.h"

/*
 * Fills in ancestors_in_service, service_start_ms and parent_name, when the ancestors are known.
 * `scratch` is overwritten, once for each of them.
 */
void family_read(struct process *self, struct process *scratch);

#endif
