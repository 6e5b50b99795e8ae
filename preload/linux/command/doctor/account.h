/*
 * account: as whom a service runs, and what that may read.
 */
#ifndef PORTCLAIM_DOCTOR_ACCOUNT_H
#define PORTCLAIM_DOCTOR_ACCOUNT_H

#include "service.h"

#include <stdbool.h>
#include <sys/types.h>

enum { ACCOUNT_GROUPS = 256 };

struct account {
    bool known;   /* there is such a user here */
    bool dynamic; /* DynamicUser=: a user id that nobody else has */
    uid_t user;
    gid_t groups[ACCOUNT_GROUPS]; /* the first is the primary one */
    size_t group_count;
    bool reads_everything;  /* CAP_DAC_OVERRIDE or CAP_DAC_READ_SEARCH */
    bool traces_everybody;  /* CAP_SYS_PTRACE: looks into processes of other users */
    bool signals_everybody; /* CAP_KILL */
    char name[64];          /* for messages */
};

/* Our own. */
void account_of_caller(struct account *account);

/* The account that executes the service's program. */
void account_of_service(const struct service *service, struct account *account);

/*
 * By the mode bits of the file and of every directory on the way (access control lists and security
 * modules are not asked): NULL when the account may read the file at the path; else, by malloc(3),
 * the file or directory that is in the way, or that does not exist.
 */
char *account_obstacle(const struct account *account, const char *path);

/* May it make a directory of this name, or use the one that is there as its own alone? */
bool account_may_own(const struct account *account, const char *path);

/* May it write the file, or make it? */
bool account_may_write(const struct account *account, const char *path);

#endif
