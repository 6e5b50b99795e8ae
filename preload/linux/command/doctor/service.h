/*
 * service: a systemd service, as `systemctl show` tells of it.
 */
#ifndef PORTCLAIM_DOCTOR_SERVICE_H
#define PORTCLAIM_DOCTOR_SERVICE_H

#include "command/string_list.h"

#include <stdbool.h>

struct service {
    char *name;                    /* "openclaw.service" */
    bool of_user;                  /* of the user's own manager */
    struct string_list properties; /* "Name=value" */
    /* What its program is started with: of the manager, Environment= and its files, in all. */
    struct string_list environment;
    struct string_list unread_files; /* environment files that could not be read */
    struct string_list command;      /* the first ExecStart= */
    bool privileged;                 /* ExecStart=+...: neither user nor sandbox apply to it */
};

/*
 * Asks systemctl(1) for the service of this name; ".service" may be left out. False when it is not
 * loaded, is no service, or nobody could be asked: then `why`, by malloc(3), says what stood in the
 * way and what to do. Free in both cases with service_free().
 */
bool service_load(struct service *service, const char *name, bool of_user, char **why);

/* The property's value; "" when systemd has no such property. */
const char *service_get(const struct service *service, const char *property);

bool service_is(const struct service *service, const char *property, const char *value);

/* Anything but "", "no" and "false": what is switched on in one of several ways. */
bool service_has(const struct service *service, const char *property);

/* A variable of its environment, or NULL. */
const char *service_variable(const struct service *service, const char *variable);

void service_free(struct service *service);

#endif
