/*
 * world: the made-up computer: processes, sockets, a clock that only the simulation moves, and the
 * changes that are due at their times. It is the truth that the core never sees but through looks.
 *
 * Times are milliseconds since boot. Processes ("actors") and sockets are named by their place in
 * the tables; unlike a PID, a place is never used twice.
 */
#ifndef SIMULATION_WORLD_H
#define SIMULATION_WORLD_H

#include "core/breaker.h"
#include "core/obstacles.h"

enum { WORLD_ACTORS = 24, WORLD_SOCKETS = 32, WORLD_CHANGES = 64 };
enum { NOBODY = -1, INIT = 0 };

#define NEVER UINT64_MAX

/* What a process runs. Its files are told apart by their paths. */
struct program {
    const char *name;
    const char *executable;
    const char *arguments; /* each ended by NUL */
    uint32_t arguments_length;
    const char *directory;
    const char *script;
};

/*
 * Who a process is by the script of the schedule. This, and never the judge, says whom a claim may
 * signal: ROLE_EARLIER and ROLE_WORKER alone.
 */
enum role {
    ROLE_SELF,
    ROLE_LINEAGE,
    ROLE_INIT,
    ROLE_EARLIER,     /* an earlier instance of our service */
    ROLE_WORKER,      /* has its socket from an earlier instance, and is older than we are */
    ROLE_LATE_WORKER, /* likewise, but younger */
    ROLE_PROTECTED,   /* an earlier instance that PORTCLAIM_PROTECT names */
    ROLE_SIBLING,
    ROLE_YOUNGER,
    ROLE_RIVAL, /* started like us; it may take the port during our claim */
    ROLE_STRANGER,
    ROLE_OTHER_USER,
    ROLE_CLIENT,    /* has only a connection from our port */
    ROLE_ELSEWHERE, /* our own program, on an address that does not conflict */
};

/* What signals do to a process, and what happens at its end. */
struct temper {
    bool deaf;      /* ignores the asking signal */
    bool drains;    /* at the asking signal it closes its listeners and serves its connections on */
    bool denied;    /* we may not signal it */
    bool unaskable; /* it takes no asking signal, so it is ended at once */
    bool dies_with_parent;
    bool leaves_closable; /* its connections linger after it, with nothing to send */
    bool leaves_sending;  /* likewise, still sending */
    uint32_t asked_ms;    /* from the asking signal to what it does about it */
    uint32_t drain_ms;    /* from closing its listeners to its end */
    uint32_t teardown_ms; /* from SIGKILL to its end */
    uint32_t lingers_ms;
};

enum life { LIFE_UNBORN, LIFE_RUNNING, LIFE_DYING, LIFE_GONE };

struct actor {
    const struct program *program;
    enum role role;
    enum life life;
    struct temper temper;
    int32_t pid;
    int parent;
    int32_t process_group;
    uint32_t user;
    uint64_t start_ms;
    const char *cgroup;
    const char *label;
    uint32_t known;         /* what a look can read of it: KNOWN_... */
    bool upgraded;          /* its executable was replaced */
    bool hidden;            /* no look finds it, though its sockets are seen */
    bool without_handle;    /* no handle can be opened */
    bool serves_elsewhere;  /* it listens on another port */
    bool asked;             /* the asking signal reached it */
    bool took_port;         /* it bound during our claim, or killed for the port since our start */
    int heir_of;            /* from whom it has its socket */
    int next;               /* who is born at its end: with its PID, or by its supervisor */
    uint32_t next_ms;       /* ... so much later */
    bool wants_port;        /* it binds at its birth, when it can ... */
    struct endpoint wanted; /* ... this */
};

struct place {
    bool used;
    bool reuses; /* has SO_REUSEADDR */
    uint32_t owners;
    struct socket socket;
};

enum change_kind {
    CHANGE_DIE,
    CHANGE_CLOSE_LISTENERS,
    CHANGE_BIRTH,
    CHANGE_BIND,
    CHANGE_EXPIRE, /* a lingering socket */
    CHANGE_UNLOCK, /* the other starter's lock */
};

struct change {
    uint64_t at_ms;
    enum change_kind kind;
    int subject; /* an actor; for CHANGE_EXPIRE a socket */
};

struct world {
    uint64_t now_ms;
    struct actor actors[WORLD_ACTORS];
    int actor_count;
    int self;
    struct place sockets[WORLD_SOCKETS];
    int socket_count;
    struct change changes[WORLD_CHANGES];
    int change_count;
    uint64_t next_inode;

    struct request request; /* ours */
    bool reuses;            /* our socket has SO_REUSEADDR */
    bool bound;             /* our attempt succeeded */
    uint64_t free_since_ms; /* since when our attempt would succeed; NEVER: it would not */

    int rival; /* who binds as soon as the port is free, or NOBODY */
    uint32_t rival_ms;
    bool rival_stops_somebody; /* for the port, and says so in the memory, if it has the lock */
    bool locked_by_other;
    bool
        claim_has_looked; /* completely: whoever binds from now on took the port during our claim */
    struct breaker_memory memory;
    bool verbose;
};

void world_start(struct world *world, uint64_t now_ms, bool verbose);

/* Both return the new place. A socket belongs to `owner` at first. */
int world_add_actor(struct world *world, const struct actor *actor);
int world_add_socket(struct world *world, int owner, enum socket_state state,
                     const struct endpoint *local, bool reuses);

void world_schedule(struct world *world, uint64_t at_ms, enum change_kind kind, int subject);

/* When the next change is due; NEVER when none is. */
uint64_t world_next_change_ms(const struct world *world);

/* Moves the clock, and with it the world. */
void world_pass(struct world *world, uint64_t milliseconds);

/* To be called after anything but world_pass() that changed a socket: notes when the port is free.
 */
void world_note_freedom(struct world *world);

/* What the asking and the forcing signal do. The actor lives. */
void world_ask(struct world *world, int actor);
void world_force(struct world *world, int actor);

/* In the memory: that this process killed for the port. */
void world_remember(struct world *world, const struct actor *killer, uint64_t time_ms);

/* The trace, for --verbose. */
__attribute__((format(printf, 2, 3))) void world_trace(const struct world *world,
                                                       const char *format, ...);

/* Did our call succeed beside others? Then there is no moment at which it would. */
static inline bool world_is_shared(const struct world *world)
{
    return world->request.operation == OPERATION_SHARE;
}

#endif
