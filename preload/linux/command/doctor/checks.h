/*
 * checks: every question that `portclaim doctor` asks. Each adds one finding or several to
 * the patient's checkup, under the stable names that portclaim(1) has.
 */
#ifndef PORTCLAIM_DOCTOR_CHECKS_H
#define PORTCLAIM_DOCTOR_CHECKS_H

#include "account.h"
#include "command/doctor/checkup.h"
#include "core/settings.h"
#include "linux/command/engines.h"
#include "linux/command/program/object.h"
#include "linux/command/program/program.h"
#include "service.h"

#include <sys/types.h>

/* Who is looked at, and what all checks need to know. */
struct patient {
    const struct service *service; /* &unit, or NULL: it belongs to none */
    struct service unit;
    pid_t pid; /* 0: nothing runs */
    struct account account;
    struct program program; /* what runs, or would; empty when it was not looked at */
    struct object object;   /* the one for it that belongs to this command */
    bool object_found;
    bool wrapped;                   /* its command line begins with `portclaim run` */
    enum engine engine_wanted;      /* by --engine of that */
    enum engine engine;             /* what serves it, or would; ENGINE_NONE: nothing */
    bool environment_hidden;        /* that of the process may not be read */
    struct string_list environment; /* what it is or would be started with */
    struct string_list command;     /* without `portclaim run` */
    struct settings settings;       /* the defaults where they are malformed */
    struct checkup checkup;
};

/* ---- the program (doctor_program.c) ---- */

/* "program": a command line; sets patient->engine. PROGRAM_NOT_FOUND is a failure as well. */
void check_program(struct patient *patient, char *const *arguments);

/* "program": the file that a process runs, which /proc may show under another name. Likewise. */
void check_program_file(struct patient *patient, const char *file, const char *name);

/* ---- the seccomp engine (engine.c) ---- */

/* "engine": what that needs, where it serves the program. */
void check_engine(struct patient *patient);

/* "engine": it answers for the process. False when it does not. */
bool check_supervised(struct patient *patient);

/* "io-uring": the process may bind where neither engine sees it. */
void check_rings(struct patient *patient);

/* ---- the object (doctor_object.c) ---- */

/* "object": that there is one, and that it may be read where the program runs. */
void check_object(struct patient *patient);

/* "preload": the service starts its program with it. */
void check_preload(struct patient *patient);

/* "loaded": the process has it. False when it has not, or nobody can tell. */
bool check_loaded(struct patient *patient);

/* ---- the settings (doctor_settings.c) ---- */

/* "settings": the PORTCLAIM_ variables; reads them into patient->settings. */
void check_settings(struct patient *patient);

/* "only": PORTCLAIM_ONLY does not leave the process out. */
void check_only(struct patient *patient);

/* Does the process run with the privileges for which the loader and the object stay out of it? */
bool is_secure(pid_t pid);

/* ---- what the look-up needs (doctor_lookup.c, doctor_system_calls.c) ---- */

/* "processes": hidepid= and ProtectProc=. */
void check_processes(struct patient *patient);

void check_address_families(struct patient *patient);
void check_namespaces(struct patient *patient);
void check_capabilities(struct patient *patient);
void check_system_calls(struct patient *patient);

/* "pidfd" and "sock-diag": this kernel. */
void check_machine(struct checkup *checkup);

/* ---- what it writes (doctor_files.c) ---- */

/* "state": where the lock and the memory of PORTCLAIM_LIMIT are kept. */
void check_state(struct patient *patient);

/* "log": the file of PORTCLAIM_LOG. */
void check_log(struct patient *patient);

/* ---- how the service is started and stopped (doctor_timing.c) ---- */

void check_activation(struct patient *patient);
void check_kill_mode(struct patient *patient);
void check_restart(struct patient *patient);
void check_start_timeout(struct patient *patient);
void check_watchdog(struct patient *patient);

#endif
