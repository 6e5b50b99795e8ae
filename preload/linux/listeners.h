/*
 * listeners: the inodes of sockets that listen on any port (UDP: that are bound to one and not
 * connected), as many as fit.
 *
 * Only needed where nothing but connections is in the way: who serves another port besides is no
 * stale instance that drains, but one that is meant to live.
 */
#ifndef PORTCLAIM_LISTENERS_H
#define PORTCLAIM_LISTENERS_H

#include "core/obstacles.h"

enum { LISTENERS_SOCKETS = 1024 };

struct listeners {
    uint32_t count;
    uint64_t inodes[LISTENERS_SOCKETS];
};

static inline void listeners_add(struct listeners *listeners, uint64_t inode)
{
    if (listeners->count < LISTENERS_SOCKETS)
        listeners->inodes[listeners->count++] = inode;
}

static inline bool listeners_have(const struct listeners *listeners, uint64_t inode)
{
    for (uint32_t index = 0; index < listeners->count; index++) {
        if (listeners->inodes[index] == inode)
            return true;
    }
    return false;
}

#endif
