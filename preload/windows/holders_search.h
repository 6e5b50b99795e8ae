/*
 * holders_search: one look while it is being made, and the holders that it has found so far. For
 * holders.c alone.
 */
#ifndef PORTCLAIM_WINDOWS_HOLDERS_SEARCH_H
#define PORTCLAIM_WINDOWS_HOLDERS_SEARCH_H

#include "holders.h"

struct search {
    struct holders_workspace *workspace;
    struct observation *observation;
    const struct request *request;
    uint64_t deadline_ms;
    bool label_wanted;
    bool unlisted_wanted; /* see holders_observe_unlisted() */
    bool unanswered;      /* handles were passed over, whatever they are of */
};

/* False, and the look is not complete, once the deadline has come. */
bool search_in_time(const struct search *search);

/* NULL: that process is none, as far as is known. */
struct holder *search_find_holder(struct observation *observation, int32_t pid);

/* The candidate `pid` holds the obstacle at `place`, unless it has ended. */
void search_hold(struct search *search, int32_t pid, uint32_t place);

/* Somebody who is not seen holds the socket. */
void search_add_invisible(struct search *search, const struct socket *socket);

/* Has every obstacle a holder? */
bool search_all_held(const struct search *search);

/* A bind failed, and the tables know of nothing that could be why. */
bool search_is_unexplained(const struct search *search);

/*
 * Could a handle that did not answer have been the one? While there is a socket without its
 * process, or without the number by which the next look knows it again.
 */
bool search_is_open(const struct search *search);

#endif
