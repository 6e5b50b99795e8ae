#include "judge.h"

#include "evidence.h"
#include "identity.h"
#include "kinship.h"

#include <string.h>

static bool is_among(int32_t pid, const int32_t *pids, uint32_t count)
{
    for (uint32_t index = 0; index < count; index++) {
        if (pids[index] == pid)
            return true;
    }
    return false;
}

static bool is_ancestor(const struct process *self, const struct process *process)
{
    return process->pid == self->parent ||
           is_among(process->pid, self->ancestors, self->ancestor_count);
}

static bool is_pid(const char *entry, int32_t pid)
{
    uint64_t number = 0;
    return text_read_number(&entry, INT32_MAX, &number) && *entry == '\0' &&
           number == (uint64_t)pid;
}

/*
 * PORTCLAIM_PROTECT: a PID, or a glob on the name or the executable's base name. While there are
 * globs, a process whose executable cannot be read may be the one that is meant.
 */
static enum evidence protection(const struct settings *settings, const struct process *process)
{
    const char *names[] = {process->name, text_base_name(process->executable.path)};
    char entry[SETTINGS_LIST_SIZE];
    const char *cursor = settings->protect;
    while (settings_next_entry(&cursor, entry, sizeof(entry))) {
        if (is_pid(entry, process->pid))
            return EVIDENCE_PROTECTED;
    }
    if (settings_list_matches(settings->protect, names, sizeof(names) / sizeof(names[0])))
        return EVIDENCE_PROTECTED;
    bool names_known =
        (process->known & KNOWN_START) != 0 && (process->known & KNOWN_EXECUTABLE) != 0;
    return settings->protect[0] == '\0' || names_known ? EVIDENCE_NONE : EVIDENCE_UNREADABLE;
}

/* Who is never signalled, whatever else is known of it. */
static enum evidence relation(const struct settings *settings, const struct process *self,
                              const struct process *process)
{
    if (process->pid == self->pid)
        return EVIDENCE_SELF;
    if (process->pid == PROCESS_INIT)
        return EVIDENCE_INIT;
    if (is_ancestor(self, process))
        return EVIDENCE_ANCESTOR;
    if (process->essential)
        return EVIDENCE_ESSENTIAL;
    return protection(settings, process);
}

/* A server that drops its privileges after bind differs from its successor; its socket does not. */
static enum evidence ownership(const struct process *self, const struct holder *holder)
{
    if ((self->known & KNOWN_USER) == 0)
        return EVIDENCE_UNREADABLE;
    if (holder->socket.owner_user == self->user)
        return EVIDENCE_NONE;
    if (!holder->visible)
        return EVIDENCE_OTHER_USER;
    if ((holder->process.known & KNOWN_USER) == 0)
        return EVIDENCE_UNREADABLE;
    return holder->process.user == self->user ? EVIDENCE_NONE : EVIDENCE_OTHER_USER;
}

static bool is_first_inode(const struct judge_context *context, uint64_t inode)
{
    for (uint32_t index = 0; index < context->first_inode_count; index++) {
        if (context->first_inodes[index] == inode)
            return true;
    }
    return false;
}

/* Somebody else came between the stale one and us: then we are the one too many. */
static bool took_port(const struct judge_context *context, const struct process *self,
                      const struct holder *holder)
{
    bool binds = holder->socket.state == SOCKET_LISTENING || holder->socket.state == SOCKET_BOUND;
    if (binds && context->first_inodes != NULL && !is_first_inode(context, holder->socket.inode))
        return true;
    return context->memory != NULL &&
           breaker_took_over_since(context->memory, holder->process.pid, holder->process.start_ms,
                                   self->start_ms);
}

/* Workers that one parent starts together race for the port on purpose. */
static bool is_sibling(const struct process *self, const struct process *process)
{
    uint64_t apart = self->start_ms - process->start_ms; /* it is older, see seniority() */
    return process->parent == self->parent && process->process_group == self->process_group &&
           apart <= SIBLING_WINDOW_MS;
}

/*
 * Beside others who share the port by right. A worker is as old as its master: started anew by an
 * instance that is stale itself, it must not take the workers of the new one for leftovers.
 */
static enum evidence place_in_instance(const struct judge_context *context,
                                       const struct process *self, const struct process *process)
{
    if ((self->known & process->known & KNOWN_ANCESTORS) == 0)
        return EVIDENCE_UNREADABLE;
    if (kinship_is_one_instance(self, process) ||
        identity_lives_apart(context->settings, self, process))
        return EVIDENCE_SIBLING;
    return process->start_ms >= self->service_start_ms ? EVIDENCE_YOUNGER : EVIDENCE_NONE;
}

static enum evidence seniority(const struct judge_context *context, const struct process *self,
                               const struct holder *holder)
{
    const struct process *process = &holder->process;
    enum evidence evidence = EVIDENCE_NONE;
    if ((self->known & process->known & KNOWN_START) == 0)
        return EVIDENCE_UNREADABLE;
    if (context->shares)
        evidence = place_in_instance(context, self, process);
    if (evidence != EVIDENCE_NONE)
        return evidence;
    if (process->start_ms >= self->start_ms)
        return EVIDENCE_YOUNGER;
    if (took_port(context, self, holder))
        return EVIDENCE_TOOK_PORT;
    return is_sibling(self, process) ? EVIDENCE_SIBLING : EVIDENCE_NONE;
}

/*
 * A stranger's connection is a client's, also where "any" holder may be stopped. So is that of our
 * own program when it listens on another port: a second instance, meant to live, whose outgoing
 * connection was given our port. A stale instance that drains has closed its listeners.
 */
static enum evidence identity(const struct judge_context *context, const struct process *self,
                              const struct holder *holder)
{
    enum evidence evidence = identify(context->settings, self, &holder->process);
    bool stranger = evidence == EVIDENCE_OTHER_PROGRAM || evidence == EVIDENCE_OTHER_SCRIPT ||
                    evidence == EVIDENCE_OTHER_ARGUMENTS || evidence == EVIDENCE_NOT_NAMED ||
                    evidence == EVIDENCE_ANY;
    bool client = stranger || holder->serves_elsewhere;
    return holder->socket.state == SOCKET_CONNECTED && client ? EVIDENCE_CONNECTION : evidence;
}

/*
 * Another program has no right to a part of our port, whatever its age and whoever its parent.
 * Other scripts and arguments say little between the workers of one master, who have titles, but
 * all of it in a unit that is not ours.
 */
static enum evidence right_to_share(const struct judge_context *context, const struct process *self,
                                    const struct holder *holder, enum evidence right)
{
    enum evidence evidence = identity(context, self, holder);
    bool other_words = evidence == EVIDENCE_OTHER_SCRIPT || evidence == EVIDENCE_OTHER_ARGUMENTS;
    bool stranger =
        evidence == EVIDENCE_OTHER_PROGRAM || evidence == EVIDENCE_OTHER_SERVICE ||
        (other_words && identity_lives_apart(context->settings, self, &holder->process));
    return stranger ? evidence : right;
}

static const struct target *find_known_stale(const struct judge_context *context,
                                             const struct process *process)
{
    for (uint32_t index = 0; index < context->target_count; index++) {
        const struct target *target = &context->targets[index];
        if (target->pid == process->pid && target->start_ms == process->start_ms)
            return target;
    }
    return NULL;
}

static enum evidence weigh(const struct judge_context *context, const struct process *self,
                           const struct holder *holder, const struct target *known)
{
    enum evidence evidence = EVIDENCE_NONE;
    if (holder->visible)
        evidence = relation(context->settings, self, &holder->process);
    if (evidence == EVIDENCE_NONE)
        evidence = ownership(self, holder);
    if (evidence == EVIDENCE_NONE && !holder->visible)
        evidence = context->cut_short ? EVIDENCE_CUT_SHORT : EVIDENCE_INVISIBLE;
    if (evidence == EVIDENCE_NONE)
        evidence = seniority(context, self, holder);
    if (evidence == EVIDENCE_NONE)
        evidence = known != NULL ? known->evidence : identity(context, self, holder);
    if (context->shares && (evidence == EVIDENCE_YOUNGER || evidence == EVIDENCE_SIBLING))
        evidence = right_to_share(context, self, holder, evidence);
    return evidence;
}

/* What cannot be read of one that is ending is not hidden from us, but gone. */
static enum evidence unless_ending(const struct process *process, enum evidence evidence)
{
    return evidence == EVIDENCE_UNREADABLE && process->ending ? EVIDENCE_ENDING : evidence;
}

static void pronounce(struct holder *holder, enum evidence evidence)
{
    holder->evidence = evidence;
    holder->verdict = evidence_verdict(evidence);
}

static bool shares_socket(const struct holder *left, const struct holder *right)
{
    for (uint32_t mine = 0; mine < left->inode_count; mine++) {
        for (uint32_t theirs = 0; theirs < right->inode_count; theirs++) {
            if (left->inodes[mine] == right->inodes[theirs])
                return true;
        }
    }
    return false;
}

static bool descends_from(const struct holder *holder, int32_t pid)
{
    return is_among(pid, holder->process.ancestors, holder->process.ancestor_count);
}

/* The stale holder that it has its socket from, or 0. */
static int32_t find_stale_ancestor(const struct observation *observation,
                                   const struct holder *holder)
{
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        const struct holder *other = &observation->holders[index];
        if (other->verdict == VERDICT_STALE && other->evidence != EVIDENCE_INHERITED &&
            shares_socket(holder, other) && descends_from(holder, other->process.pid))
            return other->process.pid;
    }
    return 0;
}

static bool holds_first_inode(const struct judge_context *context, const struct holder *holder)
{
    for (uint32_t index = 0; index < holder->inode_count; index++) {
        if (is_first_inode(context, holder->inodes[index]))
            return true;
    }
    return false;
}

/* Likewise one that let go of the port when it was asked, but left its child with a socket. */
static int32_t find_asked_ancestor(const struct judge_context *context, const struct holder *holder)
{
    for (uint32_t index = 0; index < context->target_count; index++) {
        if (descends_from(holder, context->targets[index].pid) &&
            holds_first_inode(context, holder))
            return context->targets[index].pid;
    }
    return 0;
}

/*
 * nginx's workers, a child that got the listening socket by accident: stale with the one they have
 * it from. A younger one is never signalled, but ends the claim's hope no more than its parent.
 */
static void judge_heir(const struct judge_context *context, const struct observation *observation,
                       struct holder *holder)
{
    bool open_case =
        holder->evidence == EVIDENCE_UNREADABLE || holder->evidence == EVIDENCE_ENDING ||
        holder->evidence == EVIDENCE_YOUNGER || holder->verdict == VERDICT_CLIENT ||
        (holder->verdict == VERDICT_FOREIGN && holder->evidence != EVIDENCE_OTHER_USER &&
         holder->evidence != EVIDENCE_OTHER_SERVICE);
    if (!open_case || (holder->process.known & KNOWN_START) == 0 ||
        ownership(&observation->self, holder) != EVIDENCE_NONE)
        return;
    int32_t stale = find_stale_ancestor(observation, holder);
    if (stale == 0 && holder->evidence != EVIDENCE_YOUNGER)
        stale = find_asked_ancestor(context, holder);
    if (stale == 0)
        return;
    holder->through = stale;
    if (holder->evidence != EVIDENCE_YOUNGER)
        pronounce(holder, EVIDENCE_INHERITED);
}

void judge(const struct judge_context *context, struct observation *observation)
{
    const struct process *self = &observation->self;
    const uint32_t needed = KNOWN_START | KNOWN_USER | KNOWN_ANCESTORS;
    bool self_known = (self->known & needed) == needed;
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        struct holder *holder = &observation->holders[index];
        const struct target *known = find_known_stale(context, &holder->process);
        pronounce(holder, unless_ending(&holder->process, weigh(context, self, holder, known)));
        if (holder->verdict == VERDICT_STALE && !self_known)
            pronounce(holder, EVIDENCE_NO_LINEAGE);
        holder->through = known != NULL && holder->verdict == VERDICT_STALE ? known->through : 0;
    }
    for (uint32_t index = 0; self_known && index < observation->holder_count; index++)
        judge_heir(context, observation, &observation->holders[index]);
}

bool judge_is_rightful(const struct holder *holder)
{
    switch (holder->verdict) {
    case VERDICT_SELF:
    case VERDICT_LINEAGE:
    case VERDICT_SIBLING:
    case VERDICT_NEWER:
        return true;
    case VERDICT_STALE:
    case VERDICT_FOREIGN:
    case VERDICT_UNKNOWN:
    case VERDICT_CLIENT:
        break;
    }
    return false;
}

bool judge_blocks(const struct holder *holder)
{
    return holder->verdict != VERDICT_STALE && holder->through == 0;
}

const struct holder *judge_find_blocker(const struct observation *observation)
{
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        if (judge_blocks(&observation->holders[index]))
            return &observation->holders[index];
    }
    return NULL;
}

const struct holder *judge_find_main(const struct observation *observation)
{
    const struct holder *blocker = judge_find_blocker(observation);
    return blocker != NULL || observation->holder_count == 0 ? blocker : &observation->holders[0];
}
