/*
 * account: as whom a program runs, and where what belongs to that user is.
 */
#ifndef PORTCLAIM_WINDOWS_DOCTOR_ACCOUNT_H
#define PORTCLAIM_WINDOWS_DOCTOR_ACCOUNT_H

#include "windows/system.h"

#include <stdbool.h>

struct account {
    bool known;      /* there is such a user here, and `sid` is its */
    bool ours;       /* the one that this command runs as */
    bool system;     /* LocalSystem */
    bool privileges; /* elevated, or LocalSystem; of a process only */
    char name[512];  /* for messages: "HOST\\user" */
    char sid[SECURITY_MAX_SID_SIZE];
};

/* Of a process that was opened with PROCESS_QUERY_INFORMATION; unknown when it is not told. */
void account_of_process(HANDLE process, struct account *account);

/* By the name that a service has it under: "LocalSystem", ".\\user", "DOMAIN\\user". */
void account_of_service(const wchar_t *name, struct account *account);

/*
 * %LOCALAPPDATA% of the account, by the list of profiles in the registry. The caller's, by
 * malloc(3); NULL: not known, or it has not been logged on yet.
 */
wchar_t *account_local_directory(const struct account *account);

#endif
