/*
 * systemctl: systemctl(1), run without a shell.
 */
#ifndef PORTCLAIM_DOCTOR_SYSTEMCTL_H
#define PORTCLAIM_DOCTOR_SYSTEMCTL_H

#include "command/string_list.h"

#include <stdbool.h>

/*
 * `systemctl [--user] show -p PROPERTIES [-- UNIT]`: adds the lines of its answer to `lines`.
 * Without a unit (NULL) they are the manager's. False when it could not be run or failed: then
 * `why`, by malloc(3), is what it had to say, fit to be shown.
 */
bool systemctl_show(const char *properties, const char *unit, bool of_user,
                    struct string_list *lines, char **why);

#endif
