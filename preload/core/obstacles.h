/*
 * obstacles: which of the sockets on a port stand in the way of a request.
 *
 * A host feeds it the sockets that it sees; it keeps those that can have caused the EADDRINUSE.
 */
#ifndef PORTCLAIM_OBSTACLES_H
#define PORTCLAIM_OBSTACLES_H

#include "holder.h"

enum operation {
    OPERATION_BIND,
    OPERATION_LISTEN,
    /*
     * It succeeded, beside others who have the same port (SO_REUSEPORT): in its way is who gets a
     * part of what comes in.
     */
    OPERATION_SHARE,
};

/* What the caller wanted. */
struct request {
    enum operation operation;
    struct endpoint endpoint;
    uint64_t own_inode;  /* the caller's own socket, which is never in its own way; 0: unknown */
    bool reuses_address; /* that has SO_REUSEADDR; false: unknown as well */
};

enum { OBSTACLES_SOCKETS = 4096 };

struct obstacles {
    uint32_t count;
    uint32_t closable;
    uint32_t sending;
    bool overflow;           /* there were more than fit */
    const char *obstruction; /* see struct observation */
    struct socket sockets[OBSTACLES_SOCKETS];
};

void obstacles_start(struct obstacles *obstacles);

/*
 * Feed every listening socket first, then the bound ones, then connections. A connection that was
 * accepted from a listener still standing is no obstacle of its own: it has that listener's
 * SO_REUSEADDR, and is looked at again when the listener is gone.
 */
void obstacles_add(struct obstacles *obstacles, const struct request *request,
                   const struct socket *socket);

/* Need those sockets be looked at that are only bound? */
enum bound_sockets {
    BOUND_UNWANTED,
    BOUND_WANTED_IF_SHARED, /* if the only listener may share its port (SO_REUSEPORT) */
    BOUND_WANTED,
};

/*
 * To be asked after the listening sockets of a stream protocol: the kernel finds those that are
 * only bound among all sockets that have a port, however many there are.
 */
enum bound_sockets obstacles_want_bound(const struct obstacles *obstacles,
                                        const struct request *request);

/*
 * After the listening and bound sockets: need the connections be looked at as well? There can be
 * tens of thousands of them.
 */
bool obstacles_want_connections(const struct obstacles *obstacles, const struct request *request);

#endif
