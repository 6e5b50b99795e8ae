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
};

/* False, and the look is not complete, once the deadline has come. */
bool search_in_time(const struct search *search);

/* NULL: that process is none, as far as is known. */
struct holder *search_find_holder(struct observation *observation, int32_t pid);

/* The candidate `pid` holds the obstacle at `place`, unless it has ended. */
void search_hold(struct search *search, int32_t pid, uint32_t place);

/* Somebody who is not seen holds the socket. */
void search_add_invisible(struct search *search, const struct socket *socket);

#endif
