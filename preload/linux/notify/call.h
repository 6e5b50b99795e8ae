/*
 * call: what a notification asks for, on every ABI that the filter lets through to us.
 */
#ifndef PORTCLAIM_NOTIFY_CALL_H
#define PORTCLAIM_NOTIFY_CALL_H

#include "caller.h"

#include <linux/seccomp.h>

enum call_kind {
    CALL_OTHER, /* nothing of ours, or its arguments cannot be read */
    CALL_BIND,
    CALL_LISTEN,
    CALL_CONFINE, /* landlock_restrict_self(2) */
};

struct call {
    enum call_kind kind;
    int socket;
    uint64_t address; /* bind: in the caller's memory */
    int length;
    int backlog; /* listen */
};

/* By its number alone, without a look at the caller: bind and listen may come as CALL_OTHER. */
bool call_confines(const struct seccomp_data *data);

/* Arguments that lie in the caller's memory (i386's socketcall(2)) are copied once. */
void call_read(const struct seccomp_data *data, const struct caller *caller, struct call *call);

#endif
