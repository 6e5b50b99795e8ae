/*
 * look: what stands on the ports of this machine, as its system sees it. For commands that only
 * look: nothing is signalled, and no handle stays open.
 */
#ifndef PORTCLAIM_LOOK_H
#define PORTCLAIM_LOOK_H

#include "core/breaker.h"
#include "core/obstacles.h"
#include "core/settings.h"

/* Of RFC 9293, section 3.3.2; LISTEN and BOUND also of UDP. In the order in which they are shown.
 */
enum tcp_state {
    TCP_STATE_UNKNOWN,
    TCP_STATE_ESTABLISHED,
    TCP_STATE_SYN_SENT,
    TCP_STATE_SYN_RECEIVED,
    TCP_STATE_FIN_WAIT1,
    TCP_STATE_FIN_WAIT2,
    TCP_STATE_TIME_WAIT,
    TCP_STATE_BOUND, /* bound, and neither connected nor listening */
    TCP_STATE_CLOSE_WAIT,
    TCP_STATE_LAST_ACK,
    TCP_STATE_LISTEN,
    TCP_STATE_CLOSING,
    TCP_STATES,
};

struct look_socket {
    struct socket socket;
    enum tcp_state tcp_state;
    struct endpoint peer; /* port 0: none */
    int32_t named_owner;  /* whom the system names as its process; 0: nobody */
};

struct look_owner {
    uint64_t inode; /* of a socket */
    int32_t pid;    /* of a process that has it open */
};

/* Who may hold a socket on a port, and all that is known of who has which socket open. */
struct look_candidates {
    const int32_t *pids;
    uint32_t count;
    const struct look_owner *owners;
    size_t owner_count;
};

/* Are there sockets of this protocol, here and now? Looking for them may not be what brings it. */
bool look_speaks(enum protocol protocol);

/*
 * Shows every socket of TCP (MPTCP included), UDP or SCTP on the port (0: any), with `connections`
 * those that have a peer or had one as well. False when the system does not tell;
 * look_words.no_sockets says why.
 */
bool look_sockets(enum protocol protocol, uint16_t port, bool connections,
                  void (*take)(void *context, const struct look_socket *socket), void *context);

/*
 * Shows who has these sockets open, and perhaps who has others; some may be shown twice.
 * `thorough`: also where an owner is seldom found and takes long to look for.
 */
void look_owners(const struct look_socket *sockets, size_t count, bool thorough,
                 void (*take)(void *context, const struct look_owner *owner), void *context);

/*
 * As host.observe with `thorough` and with labels, for a bind(); all handles are closed. Where
 * `candidates` is not NULL, a system on which finding the owner is what takes time looks into
 * nobody else.
 */
void look_at(const struct request *request, const struct look_candidates *candidates,
             uint64_t deadline_ms, struct observation *observation);

/* This process. What could not be read is not `known`. */
void look_at_self(struct process *self);

/* The name of a process as the system keeps it. False when there is none, or it cannot be read. */
bool look_at_name(int32_t pid, char name[PROCESS_NAME_SIZE]);

/* On the clock of process.start_ms. */
uint64_t look_now_ms(void);

/* The breaker's memory where claims with these settings keep it; empty when there is none. */
void look_recall(const struct settings *settings, const struct request *request,
                 struct breaker_memory *memory);

/* "SIGTERM" and "SIGKILL", as host.stop_name. Static memory. */
const char *look_stop_name(const struct settings *settings, bool forced);

/* What is said of the system's own rules and tools, beside core/words.h. */
struct look_words {
    const char *no_sockets;    /* why the sockets cannot be listed, and what to do instead */
    const char *closed;        /* what connections that were closed mean; a whole sentence */
    const char *closed_advice; /* what to do about them */
};

extern const struct look_words look_words;

#endif
