/*
 * environment_entry: an entry of an environment, which need not be our own, as settings_read()
 * wants it: variables' names know no case on Windows, and the settings know paths in slashes only.
 */
#ifndef PORTCLAIM_WINDOWS_ENVIRONMENT_ENTRY_H
#define PORTCLAIM_WINDOWS_ENVIRONMENT_ENTRY_H

/* Takes "NAME=value" over, in memory of malloc(3), and returns such memory. */
char *environment_entry(char *entry);

#endif
