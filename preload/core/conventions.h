/*
 * conventions: what is another on each system where the core compares or shows, and is no word
 * (words.h). Whoever links the core with a host links that host's: linux/conventions.c,
 * windows/conventions.c.
 */
#ifndef PORTCLAIM_CONVENTIONS_H
#define PORTCLAIM_CONVENTIONS_H

#include <stdbool.h>

struct conventions {
    bool names_have_case;       /* "NODE" and "node" are two programs */
    const char *program_suffix; /* of a program's file, which is no part of its name; "": none */
    bool has_unix_sockets;      /* that can be claimed */
    bool speaks_sctp;           /* there can be sockets of SCTP */
    bool users_have_numbers; /* process.user is what people know; else it only tells them apart */
};

extern const struct conventions conventions;

#endif
