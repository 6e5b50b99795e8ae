/*
 * yama: what the security module Yama leaves of the right to look into another process, without
 * which its socket cannot be had (Documentation/admin-guide/LSM/Yama.rst).
 */
#ifndef PORTCLAIM_YAMA_H
#define PORTCLAIM_YAMA_H

#include <stdbool.h>

/* kernel.yama.ptrace_scope. */
enum yama_scope {
    YAMA_CLASSIC,    /* or there is no Yama */
    YAMA_RELATIONS,  /* who was named by the process (PR_SET_PTRACER), and its ancestors */
    YAMA_CAPABILITY, /* who has CAP_SYS_PTRACE */
    YAMA_NOBODY,
};

enum yama_scope yama_read(void);

/* Has the calling process CAP_SYS_PTRACE, which counts for more than relations? */
bool yama_has_capability(void);

/* May a supervisor look into the program that it was started by? If not, `*why` says so. */
bool yama_permits(bool has_capability, const char **why);

#endif
