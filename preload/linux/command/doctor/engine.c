/* What the seccomp engine needs, and what neither engine sees. */
#include "linux/command/engine.h"
#include "checks.h"
#include "linux/command/yama.h"
#include "supervision.h"

#include <stdlib.h>
#include <sys/utsname.h>

static const char check[] = "engine";

/* ---- what it needs ---- */

/* A supervisor is named by the program itself, not by the children that it forks. */
static void check_relations(struct patient *patient)
{
    if (yama_read() == YAMA_RELATIONS && !patient->account.traces_everybody)
        checkup_note(&patient->checkup, check, RESULT_WARN,
                     said("kernel.yama.ptrace_scope is 1, and user %s is without CAP_SYS_PTRACE",
                          patient->account.name),
                     "the process that portclaim run becomes is served, and those that it starts "
                     "are not: a server that forks before it binds, or that a script starts",
                     said("sysctl kernel.yama.ptrace_scope=0"));
    else
        checkup_pass(&patient->checkup, check,
                     said("seccomp notifications and pidfd_getfd(2) are at hand"));
}

/* See run_by_seccomp() in linux/command/run.c. */
static void check_unix(struct patient *patient)
{
    if (patient->settings.unix_sockets)
        checkup_note(&patient->checkup, check, RESULT_WARN, said("PORTCLAIM_UNIX=on"),
                     "the seccomp engine leaves Unix sockets to the program, for paths are seen "
                     "and removed with the program's own rights only",
                     said("portclaim run --claim unix:/PATH ... (claims before it begins)"));
}

void check_engine(struct patient *patient)
{
    const char *why;
    if (patient->engine != ENGINE_SECCOMP)
        return;
    check_unix(patient);
    if (engine_is_possible(&why) && yama_permits(patient->account.traces_everybody, &why))
        check_relations(patient);
    else
        checkup_note(&patient->checkup, check, RESULT_FAIL,
                     said("the seccomp engine is not to be had here: %s", why),
                     "neither engine serves this program, and portclaim run refuses it",
                     said("portclaim run --claim ENDPOINT ... (claims before it begins)"));
}

/* ---- of a process ---- */

bool check_supervised(struct patient *patient)
{
    pid_t supervisor;
    switch (supervision_of(patient->pid, &supervisor)) {
    case SUPERVISION_FOUND:
        checkup_pass(&patient->checkup, check,
                     said("the seccomp engine answers for it (process %d)", (int)supervisor));
        break;
    case SUPERVISION_POSSIBLE:
        checkup_note(&patient->checkup, check, RESULT_WARN,
                     said("it has a seccomp filter, and process %d is a supervisor whose own "
                          "program has ended",
                          (int)supervisor),
                     "most likely that one answers for it, but nobody can tell", NULL);
        break;
    default:
        return false;
    }
    patient->engine = ENGINE_SECCOMP;
    return true;
}

/* IORING_OP_BIND and IORING_OP_LISTEN came with Linux 6.11 (io_uring_enter(2)). */
static bool rings_bind(void)
{
    struct utsname system;
    char *rest;
    if (uname(&system) != 0)
        return false;
    unsigned long major = strtoul(system.release, &rest, 10);
    unsigned long minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;
    return major > 6 || (major == 6 && minor >= 11);
}

void check_rings(struct patient *patient)
{
    if (rings_bind() && supervision_has_descriptor(patient->pid, "anon_inode:[io_uring]"))
        checkup_note(&patient->checkup, "io-uring", RESULT_WARN,
                     said("it uses io_uring, by which programs can bind and listen as well"),
                     "those calls pass by LD_PRELOAD and by the filter of the seccomp engine: then "
                     "nothing is claimed",
                     said("portclaim run --claim ENDPOINT ... (claims before it begins)"));
}
