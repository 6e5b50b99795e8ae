/*
 * words: what messages say of the system's own rules and tools.
 *
 * The core knows no system, so whoever links it with a host links that host's words: linux/words.c,
 * windows/words.c.
 */
#ifndef PORTCLAIM_WORDS_H
#define PORTCLAIM_WORDS_H

/* Clauses without a full stop. */
struct words {
    const char *find_holder;  /* how to look for a holder that was not found */
    const char *see_holder;   /* what to do about one that cannot be read from here */
    const char *reserve_port; /* how to keep a port from clients */
    const char *denied;       /* why signalling can be forbidden, and who may */
    const char *unsafe;       /* why signalling can be impossible */
    const char *unaskable;    /* why a holder can be ended only, and not asked */
    const char *no_state;     /* what is missing without a state directory, and what it must be */
    const char *not_named;    /* by which options of `portclaim free` a holder can be named */
    const char *refused;      /* what to look at when ATTEMPT_REFUSED had no holder */
};

extern const struct words words;

#endif
