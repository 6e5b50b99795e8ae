#include "sighting.h"

#include "core/judge.h"
#include "listing.h"

#include <string.h>

enum { LONGEST_LOOK_MS = 10000 };

/* ---- opinions ---- */

/* As a claim decides it: stopping is for the stale, if nobody else makes it hopeless. */
static enum action decide(const struct sighting *sighting, const struct settings *settings,
                          const struct holder *holder)
{
    const struct observation *observation = &sighting->observation;
    if (holder->verdict != VERDICT_STALE || !observation->complete || settings->mode == MODE_OFF ||
        !settings_allow_endpoint(settings, &sighting->request.endpoint))
        return ACTION_WAIT;
    if (judge_find_blocker(observation) != NULL)
        return ACTION_SPARED;
    return breaker_allows(&sighting->memory, look_now_ms(), settings->limit,
                          settings->limit_window_s)
               ? ACTION_WOULD_ASK
               : ACTION_BREAKER;
}

static void judge_as_self(struct sighting *sighting, const struct settings *settings,
                          struct opinion *opinions)
{
    struct judge_context context = {.settings = settings, .memory = &sighting->memory};
    struct observation *observation = &sighting->observation;
    judge(&context, observation);
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        const struct holder *holder = &observation->holders[index];
        opinions[index] = (struct opinion){holder->verdict, holder->evidence,
                                           decide(sighting, settings, holder), holder->through};
    }
}

static bool is_ancestor(const struct process *process, int32_t pid)
{
    for (uint32_t index = 0; index < process->ancestor_count; index++) {
        if (process->ancestors[index] == pid)
            return true;
    }
    return false;
}

/* The holder from whom the others have their sockets: a master, not its workers. */
static const struct process *find_main(const struct observation *observation)
{
    const struct process *main = NULL;
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        const struct holder *holder = &observation->holders[index];
        if (holder->visible && (main == NULL || is_ancestor(main, holder->process.pid)))
            main = &holder->process;
    }
    return main;
}

/* It would be started with the same label, and no other setting of ours. */
static void judge_as_successor(struct sighting *sighting)
{
    struct settings settings;
    const struct process *main = find_main(&sighting->observation);
    sighting->has_successor = main != NULL;
    if (main == NULL)
        return;
    settings_defaults(&settings);
    text_copy(settings.service, sizeof(settings.service), main->label);
    viewpoint_succeed(main, look_now_ms(), &sighting->observation.self);
    judge_as_self(sighting, &settings, sighting->successors);
}

/* ---- looking ---- */

static void count_lingering(void *context, const struct look_socket *looked)
{
    struct sighting *sighting = context;
    const struct socket *socket = &looked->socket;
    bool lingers = socket->state == SOCKET_CLOSABLE || socket->state == SOCKET_SENDING;
    if (lingers && endpoint_conflicts(&socket->local, &sighting->request.endpoint))
        sighting->lingering[looked->tcp_state]++;
}

/* Which states they are in; where the system does not say, the observation's two numbers do. */
static void look_at_lingering(struct sighting *sighting)
{
    const struct endpoint *endpoint = &sighting->request.endpoint;
    const struct observation *observation = &sighting->observation;
    memset(sighting->lingering, 0, sizeof(sighting->lingering));
    if (endpoint->family == FAMILY_UNIX || observation->closable + observation->sending == 0 ||
        look_sockets(endpoint->protocol, endpoint->port, true, count_lingering, sighting))
        return;
    memset(sighting->lingering, 0, sizeof(sighting->lingering));
    sighting->lingering[TCP_STATE_TIME_WAIT] = observation->closable;
    sighting->lingering[TCP_STATE_LAST_ACK] = observation->sending;
}

static void note_obstacle(void *context, const struct look_socket *looked)
{
    struct sighting *sighting = context;
    if (endpoint_conflicts(&looked->socket.local, &sighting->request.endpoint))
        sighting->blind = true;
}

/* A look may be incomplete only because nobody could be identified, and there be nobody. */
static void look_whether_blind(struct sighting *sighting)
{
    const struct endpoint *endpoint = &sighting->request.endpoint;
    sighting->blind = false;
    if (sighting->observation.complete || sighting_is_held(sighting))
        return;
    if (endpoint->family == FAMILY_UNIX ||
        !look_sockets(endpoint->protocol, endpoint->port, true, note_obstacle, sighting))
        sighting->blind = true;
}

void sighting_take(struct sighting *sighting, const struct endpoint *endpoint,
                   const struct look_candidates *candidates, const struct settings *settings,
                   const struct viewpoint *viewpoint)
{
    sighting->exactly = candidates != NULL;
    sighting->request = (struct request){.operation = OPERATION_BIND, .endpoint = *endpoint};
    sighting->observation.self.pid = 0;
    sighting->observation.self.known = 0;
    look_at(&sighting->request, candidates, look_now_ms() + LONGEST_LOOK_MS,
            &sighting->observation);
    look_at_lingering(sighting);
    look_whether_blind(sighting);
    look_recall(settings, &sighting->request, &sighting->memory);
    judge_as_successor(sighting);
    /* Last, so that the holders keep these verdicts. */
    sighting->observation.self = viewpoint->self;
    judge_as_self(sighting, settings, sighting->ours);
}

/* ---- questions ---- */

bool sighting_is_held(const struct sighting *sighting)
{
    const struct observation *observation = &sighting->observation;
    return observation->holder_count + observation->closable + observation->sending > 0 ||
           observation->obstruction != NULL;
}

bool sighting_shows(const struct sighting *sighting, const struct holder *holder)
{
    return !sighting->exactly ||
           listing_same_place(&holder->socket.local, &sighting->request.endpoint);
}

const char *sighting_state(const struct holder *holder)
{
    static const char *const names[] = {
        [SOCKET_LISTENING] = "listening",
        [SOCKET_BOUND] = "bound",
        [SOCKET_CONNECTED] = "connected",
    };
    return names[holder->socket.state];
}

const char *sighting_tcp_state(enum tcp_state tcp_state)
{
    static const char *const names[TCP_STATES] = {
        [TCP_STATE_UNKNOWN] = "?",
        [TCP_STATE_ESTABLISHED] = "ESTABLISHED",
        [TCP_STATE_SYN_SENT] = "SYN_SENT",
        [TCP_STATE_SYN_RECEIVED] = "SYN_RECV",
        [TCP_STATE_FIN_WAIT1] = "FIN_WAIT1",
        [TCP_STATE_FIN_WAIT2] = "FIN_WAIT2",
        [TCP_STATE_TIME_WAIT] = "TIME_WAIT",
        [TCP_STATE_BOUND] = "bound",
        [TCP_STATE_CLOSE_WAIT] = "CLOSE_WAIT",
        [TCP_STATE_LAST_ACK] = "LAST_ACK",
        [TCP_STATE_LISTEN] = "listening",
        [TCP_STATE_CLOSING] = "CLOSING",
    };
    return names[tcp_state];
}
