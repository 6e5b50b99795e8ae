#include "stopping.h"

#include "targets.h"
#include "telling.h"
#include "unit.h"
#include "words.h"

/* ---- permission ---- */

static bool take_lock(struct claim *claim)
{
    if (claim->locked || claim->lock_unavailable)
        return true;
    switch (claim->host->lock(claim->host->context, claim->request)) {
    case LOCK_TAKEN:
        claim->locked = true;
        /* Whoever had it before us may have written since we read. */
        claim->host->recall(claim->host->context, claim->request, &claim->memory);
        return true;
    case LOCK_BUSY:
        claim->lock_was_busy = true;
        return false;
    case LOCK_UNAVAILABLE:
        claim->lock_unavailable = true;
        telling_warning(claim, words.no_state);
        return true;
    }
    return false;
}

/* A unit's name says more than a program's, where there is one. */
static void name_service(char *name, size_t size, const struct process *process)
{
    unit_name(process->cgroup, name, size);
    if (name[0] == '\0')
        text_copy(name, size, process->name);
}

/* One claim is one kill, however many processes it stops. */
static void remember_kill(struct claim *claim, const struct process *victim)
{
    const struct process *self = &claim->observation.self;
    struct breaker_record record = {
        .time_ms = claim_now_ms(claim),
        .killer = self->pid,
        .victim = victim->pid,
        .killer_start_ms = self->start_ms,
    };
    if (claim->kill_remembered)
        return;
    claim->kill_remembered = true;
    name_service(record.killer_name, sizeof(record.killer_name), self);
    name_service(record.victim_name, sizeof(record.victim_name), victim);
    breaker_add(&claim->memory, &record);
    if (claim->locked)
        claim->host->remember(claim->host->context, claim->request, &claim->memory);
}

void stopping_remember_win(struct claim *claim)
{
    struct breaker_memory *memory = &claim->memory;
    if (!claim->kill_remembered || !claim->locked || memory->count == 0)
        return;
    memory->records[memory->count - 1].time_ms = claim_now_ms(claim); /* ours: we have the lock */
    claim->host->remember(claim->host->context, claim->request, memory);
}

static void ask_breaker(struct claim *claim)
{
    const struct settings *settings = claim->settings;
    uint64_t now_ms = claim_now_ms(claim);
    claim->breaker_checked = true;
    claim->breaker_open =
        !breaker_allows(&claim->memory, now_ms, settings->limit, settings->limit_window_s);
    if (claim->breaker_open)
        telling_kill_war(claim, breaker_recent(&claim->memory, now_ms, settings->limit_window_s));
}

enum permission stopping_lock(struct claim *claim)
{
    if (!take_lock(claim))
        return PERMISSION_NOT_YET;
    if (claim->lock_was_busy) {
        claim->lock_was_busy = false;
        return PERMISSION_LOOK_AGAIN;
    }
    return PERMISSION_GRANTED;
}

enum permission stopping_permission(struct claim *claim)
{
    enum permission permission = stopping_lock(claim);
    if (permission != PERMISSION_GRANTED)
        return permission;
    if (!claim->breaker_checked)
        ask_breaker(claim);
    return claim->breaker_open ? PERMISSION_BREAKER : PERMISSION_GRANTED;
}

/* ---- signals ---- */

static enum action action_of(enum delivery delivery, enum action when_sent)
{
    switch (delivery) {
    case DELIVERY_SENT:
        return when_sent;
    case DELIVERY_GONE:
        return ACTION_GONE;
    case DELIVERY_DENIED:
        return ACTION_DENIED;
    case DELIVERY_UNASKABLE:
    case DELIVERY_FAILED:
        break;
    }
    return ACTION_FAILED;
}

static enum target_state state_of(enum delivery delivery, enum target_state when_sent)
{
    return delivery == DELIVERY_SENT || delivery == DELIVERY_GONE ? when_sent : TARGET_REFUSED;
}

/* What happened, and in `name` by what. */
static enum delivery stop(const struct claim *claim, int64_t handle, enum stop how,
                          const char **name)
{
    const struct host *host = claim->host;
    *name = host->stop_name(host->context, how);
    return host->stop(host->context, handle, how, name);
}

/* The target keeps the handle, through which it was verified and will be signalled again. */
static void ask(struct claim *claim, struct holder *holder)
{
    const char *name;
    uint32_t index = claim->target_count;
    if (index == OBSERVATION_HOLDERS)
        return;
    enum delivery delivery = stop(claim, holder->handle, STOP_ASK, &name);
    bool unaskable = delivery == DELIVERY_UNASKABLE; /* then no grace can help it */
    if (unaskable)
        delivery = stop(claim, holder->handle, STOP_FORCE, &name);
    telling_asked(claim, holder, action_of(delivery, unaskable ? ACTION_FORCED : ACTION_ASKED),
                  name);
    if (delivery == DELIVERY_SENT)
        remember_kill(claim, &holder->process);
    claim->targets[index] = (struct target){
        .pid = holder->process.pid,
        .start_ms = holder->process.start_ms,
        .evidence = holder->evidence,
        .through = holder->through,
        .local = holder->socket.local,
        .state = state_of(delivery, unaskable ? TARGET_FORCED : TARGET_ASKED),
        .asked_by = name,
    };
    claim->handles[index] = holder->handle;
    claim->ended[index] = delivery == DELIVERY_GONE || holder->handle == HANDLE_NONE;
    holder->handle = HANDLE_NONE;
    claim->target_count++;
}

static void force(struct claim *claim, struct target *target, const struct holder *holder)
{
    const char *name;
    int64_t handle = claim->handles[target - claim->targets];
    enum delivery delivery = stop(claim, handle, STOP_FORCE, &name);
    target->state = state_of(delivery, TARGET_FORCED);
    telling_forced(claim, target, holder, action_of(delivery, ACTION_FORCED), name);
}

static bool is_overdue(const struct claim *claim, const struct target *target)
{
    return target->state == TARGET_ASKED &&
           claim_now_ms(claim) >= target->asked_at_ms + claim->settings->term_ms;
}

/* Those that were asked together are due together. */
static void start_grace(struct claim *claim, uint32_t first)
{
    uint64_t now_ms = claim_now_ms(claim);
    for (uint32_t index = first; index < claim->target_count; index++)
        claim->targets[index].asked_at_ms = now_ms;
}

/*
 * Only ever on the observation just made, so that SIGKILL is verified as SIGTERM was: who let go
 * of the socket or ended is not among the stale ones any more.
 */
void stopping_run(struct claim *claim)
{
    uint32_t asked_before = claim->target_count;
    for (uint32_t index = 0; index < claim->observation.holder_count; index++) {
        struct holder *holder = &claim->observation.holders[index];
        if (holder->verdict != VERDICT_STALE)
            continue;
        struct target *target = targets_find(claim, &holder->process);
        if (target == NULL)
            ask(claim, holder);
        else if (is_overdue(claim, target))
            force(claim, target, holder);
    }
    start_grace(claim, asked_before);
}
