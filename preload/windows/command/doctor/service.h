/*
 * service: a service of Windows, as the service control manager and the registry tell of it. What
 * NSSM (nssm.cc) starts in turn is looked up as well.
 */
#ifndef PORTCLAIM_WINDOWS_DOCTOR_SERVICE_H
#define PORTCLAIM_WINDOWS_DOCTOR_SERVICE_H

#include "command/string_list.h"
#include "windows/system.h"

#include <stdbool.h>
#include <winsvc.h>

enum { SERVICE_ACTIONS = 8 }; /* more than services.msc shows */

struct service {
    char *name;
    char *line;       /* ImagePath: variables replaced, quotes around the program */
    wchar_t *account; /* as LookupAccountName() wants it, or "LocalSystem" */
    DWORD pid;        /* 0: it does not run */
    bool by_nssm;     /* its program is NSSM, and `command` what that starts */
    bool ambiguous;   /* the quotes are missing in ImagePath, which has blanks there */
    struct string_list command;
    struct string_list environment; /* of its own, "NAME=value" */
    bool actions_known;
    DWORD action_count; /* of which the last one is for every further failure */
    SC_ACTION actions[SERVICE_ACTIONS];
};

/*
 * By its name, or the one that services.msc shows. False when there is none, it is a driver, or
 * nobody could be asked: then `why`, of said(), says so. Free in both cases.
 */
bool service_load(struct service *service, const wchar_t *name, char **why);

void service_free(struct service *service);

#endif
