/*
 * sandbox: what the file system looks like from inside a service (systemd.exec(5),
 * "Sandboxing" and "Paths").
 */
#ifndef PORTCLAIM_DOCTOR_SANDBOX_H
#define PORTCLAIM_DOCTOR_SANDBOX_H

#include "service.h"

/*
 * The setting that hides the file from the service, as "ProtectHome=yes"; NULL when none does.
 * A RootDirectory= hides what is not in it. By malloc(3). *bind_helps: would BindReadOnlyPaths=
 * bring it back? Not where systemd makes a directory inaccessible as a whole: namespace.c's
 * drop_inaccessible().
 */
char *sandbox_hides(const struct service *service, const char *path, bool *bind_helps);

/* Likewise: the setting that keeps it from mapping the file as code (NoExecPaths=). */
char *sandbox_forbids_execution(const struct service *service, const char *path);

/* Likewise: the setting that keeps it from writing there. */
char *sandbox_forbids_writing(const struct service *service, const char *path);

/*
 * The setting with which what is written there is gone when the service stops (PrivateTmp=,
 * RuntimeDirectory=), even for a restart; NULL when it stays.
 */
char *sandbox_forgets(const struct service *service, const char *path);

/* Does systemd make the place for the service, as its own (RuntimeDirectory=, PrivateTmp= ...)? */
bool sandbox_makes(const struct service *service, const char *path);

#endif
