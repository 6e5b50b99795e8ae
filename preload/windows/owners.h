/*
 * owners: which sockets stand on a port, and whose they are, by the tables of Windows (tables.h).
 *
 * The PID of a row is that of the process that made the socket. It may have ended and left the
 * socket to a child; then the row keeps the number, which may be another process's by now. Under
 * Wine 8 it is the process that has the socket, but 0 for every IPv6 socket, and for the others
 * until their process has asked for an option such as SO_KEEPALIVE (its descriptor is then known to
 * the process itself, where Wine looks for it).
 */
#ifndef PORTCLAIM_WINDOWS_OWNERS_H
#define PORTCLAIM_WINDOWS_OWNERS_H

#include "core/obstacles.h"
#include "system.h"
#include "tables.h"

enum { OWNERS_SERVING = 1024 };

/* Of one obstacle. */
struct owner {
    int32_t pid;      /* 0: not told */
    uint64_t created; /* when the socket was bound, as a FILETIME; 0: not told (Wine 8) */
    uint64_t key;     /* a hash of its addresses */
    bool numbered;    /* by owners_number() */
};

struct owners {
    struct owner of[OBSTACLES_SOCKETS]; /* beside obstacles->sockets */
    bool connections; /* were looked at: no listener takes in all that is requested */
    /* Then: who listens on any TCP port, as many as fit. */
    int32_t serving[OWNERS_SERVING];
    uint32_t serving_count;
};

#define OWNERS_SERVERS_ONLY 0 /* as deadline_ms: who is connected is not asked */

/*
 * Fills in both. False when the tables cannot be had in full, or not by deadline_ms of the clock. A
 * socket's `inode` is a hash of its addresses and of the moment when it was bound: Windows has no
 * number for it that two processes can share. `owner_user` is 0, nobody's: the tables do not tell.
 */
bool owners_look_up(const struct request *request, struct obstacles *obstacles,
                    uint64_t deadline_ms, struct owners *owners);

/* The number that owners_look_up() gives the socket of this row. */
uint64_t owners_inode(const struct table_row *row);

/* A socket as its process sees it, for comparison with the rows. Port 0 of the peer: none. */
struct owned_socket {
    struct endpoint local;
    struct endpoint peer;
    bool listens;
    uint64_t number; /* the same in every process that has it; 0: there is none (Windows) */
};

/* Fills in family, address, port and device. False for another family. */
bool owners_read_address(const struct sockaddr_storage *address, struct endpoint *endpoint);

/* Is that row this socket's? */
bool owners_match(const struct socket *row, const struct owner *owner,
                  const struct owned_socket *socket);

/* Gives a row the socket's own number, when it has one. */
void owners_number(struct socket *row, struct owner *owner, const struct owned_socket *socket);

/* For a listener whose process the table does not name. */
void owners_note_serving(struct owners *owners, int32_t pid);

/* A socket that was found with its process, and has no row. */
void owners_add(const struct request *request, const struct owned_socket *socket, int32_t pid,
                struct obstacles *obstacles, struct owners *owners);

#endif
