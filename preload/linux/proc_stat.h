/*
 * proc_stat: /proc/PID/stat, as far as it is needed (proc(5)).
 */
#ifndef PORTCLAIM_PROC_STAT_H
#define PORTCLAIM_PROC_STAT_H

#include "core/holder.h"

struct proc_stat {
    char name[PROCESS_NAME_SIZE];
    char state; /* R, S, D, Z (zombie), T (stopped), t (traced), X ... */
    int32_t parent;
    int32_t process_group;
    bool ending;          /* its end has begun, and lasts until it has given back its memory */
    uint64_t start_ticks; /* since boot, in units of sysconf(_SC_CLK_TCK) */
};

/* False when there is no such process, or it cannot be read. */
bool proc_stat_read(int directory, const char *path, struct proc_stat *stat);
bool proc_stat_read_pid(int32_t pid, struct proc_stat *stat);

/* Stopped (SIGSTOP, SIGTSTP, a tracer): it takes no signal but SIGKILL and SIGCONT. */
bool proc_stat_is_stopped(const struct proc_stat *stat);

/* Ending, zombie or dead: there is nothing of its program to be read any more. */
bool proc_stat_is_over(const struct proc_stat *stat);

#endif
