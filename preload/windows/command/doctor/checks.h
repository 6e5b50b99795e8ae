/*
 * checks: every question that `portclaim doctor` asks on Windows. Each adds one finding or several
 * to the patient's checkup, under the stable names that portclaim(1) has.
 */
#ifndef PORTCLAIM_WINDOWS_DOCTOR_CHECKS_H
#define PORTCLAIM_WINDOWS_DOCTOR_CHECKS_H

#include "account.h"
#include "command/doctor/checkup.h"
#include "core/settings.h"
#include "service.h"
#include "windows/command/executable.h"

/* Who is looked at, and what all checks need to know. */
struct patient {
    const struct service *service; /* &unit, or NULL: it belongs to none */
    struct service unit;
    int32_t pid; /* 0: nothing runs, or it is the service that is asked about */
    HANDLE process;
    struct account account;
    char *program; /* the path of its executable, by malloc(3); NULL: not found */
    struct executable executable;
    bool wrapped;                   /* its command line begins with `portclaim run` */
    char *wrapper;                  /* that portclaim.exe; NULL: this command itself */
    bool environment_hidden;        /* that of the process may not be read */
    struct string_list environment; /* what it is or would be started with */
    struct string_list options;     /* what the options of `portclaim run` make of it */
    struct string_list command;     /* without `portclaim run` */
    struct settings settings;       /* the defaults where they are malformed */
    struct checkup checkup;
};

/* The line that gives the patient this setting, where it takes it from. */
char *cure_by_setting(const struct patient *patient, const char *variable, const char *value);

/* On another machine, as far as the path says. */
bool lies_on_share(const wchar_t *path);

/* "program" and "console": the file; patient->program is its name. */
void check_program(struct patient *patient);
void check_console(struct patient *patient);

/* "object": portclaim.dll beside this command. */
void check_object(struct patient *patient);

/* "loaded": the process has it. False when it has not, or nobody can tell. */
bool check_loaded(struct patient *patient);

/* "mitigation": what the process does not let be done to it. */
void check_mitigation(struct patient *patient);

/* "settings", into patient->settings; "only": PORTCLAIM_ONLY does not leave it out. */
void check_settings(struct patient *patient);
void check_only(struct patient *patient);

/* "ports" and "excluded-ports": those that PORTCLAIM_PORTS and PORTCLAIM_CLAIM name. */
void check_ports(struct patient *patient);

/* "state": where the lock and the memory of PORTCLAIM_LIMIT are kept; "log": PORTCLAIM_LOG. */
void check_state(struct patient *patient);
void check_log(struct patient *patient);

/* "account" and "processes": whose instances it can stop. */
void check_account(struct patient *patient);
void check_processes(struct patient *patient);

/* "owners", "handles" and, where it is no x64, "machine": what this Windows is and tells. */
void check_machine(struct checkup *checkup);

/* Of a service: "preload", "image-path", "dispatcher", "restart", "start-timeout". */
void check_preload(struct patient *patient);
void check_image_path(struct patient *patient);
void check_dispatcher(struct patient *patient);
void check_restart(struct patient *patient);
void check_start_timeout(struct patient *patient);

#endif
