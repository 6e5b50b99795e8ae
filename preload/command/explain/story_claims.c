/* From events to claims. */
#include "story_state.h"

#include <string.h>

enum {
    /* PORTCLAIM_TERM_MS, _KILL_MS and _WAIT_MS at their most, and a minute on top */
    LONGEST_CLAIM_MS = 3 * 600000 + 60000,
    NAME_LENGTH = 15, /* to which Linux cuts a process's name: TASK_COMM_LEN, proc_pid_comm(5) */
    LEAST_NAME_LENGTH = 3, /* of which one may be the beginning of the other */
};

static const char no_name[] = "(name not recorded)";

/* ---- parties ---- */

static int find_party(struct story_endpoint *told, const char *label, bool is_unit)
{
    for (uint32_t index = 0; index < told->party_count; index++) {
        if (told->parties[index].label == label)
            return (int)index;
    }
    if (told->party_count == STORY_PARTIES)
        return STORY_NO_PARTY;
    told->parties[told->party_count] = (struct story_party){.label = label, .is_unit = is_unit};
    return (int)told->party_count++;
}

static int party_of_starter(struct endpoint_state *endpoint, const struct story_claim *claim)
{
    bool has_unit = claim->unit[0] != '\0';
    const char *name = claim->self[0] != '\0' ? claim->self : no_name;
    int party = find_party(&endpoint->told, has_unit ? claim->unit : name, has_unit);
    endpoint->pids[endpoint->pids_written++ % STATE_PIDS] = (struct known_pid){claim->pid, party};
    return party;
}

/* A program may change its name once it runs, but not its PID. */
static int party_of_holder(struct endpoint_state *endpoint, const struct story_event *event)
{
    if (event->unit[0] != '\0')
        return find_party(&endpoint->told, event->unit, true);
    for (uint32_t back = 1; back <= STATE_PIDS && back <= endpoint->pids_written; back++) {
        const struct known_pid *known =
            &endpoint->pids[(endpoint->pids_written - back) % STATE_PIDS];
        if (known->pid == event->holder)
            return known->party;
    }
    return event->name[0] != '\0' ? find_party(&endpoint->told, event->name, false)
                                  : STORY_NO_PARTY;
}

/* ---- holders ---- */

static bool is_name_of(const char *self, const char *other)
{
    size_t left = strnlen(self, NAME_LENGTH);
    size_t right = strnlen(other, NAME_LENGTH);
    size_t shorter = left < right ? left : right;
    return (left == right || shorter >= LEAST_NAME_LENGTH) && strncmp(self, other, shorter) == 0;
}

/* A helper that was started by the service, not the service: another program in the same unit. */
static bool is_strange_heir(const struct record *record)
{
    const struct record_holder *holder = &record->holder;
    bool same_unit = record->self_unit[0] != '\0' && strcmp(record->self_unit, holder->unit) == 0;
    bool family = same_unit || holder->evidence == EVIDENCE_INHERITED;
    return family && record->self[0] != '\0' && holder->name[0] != '\0' &&
           !is_name_of(record->self, holder->name) &&
           !is_name_of(record->self, text_base_name(holder->program)) &&
           !is_name_of(record->self, text_base_name(holder->script));
}

static bool is_same_service(const struct story_holder *known, const struct story_holder *seen)
{
    if (known->unit[0] != '\0' || seen->unit[0] != '\0')
        return known->unit == seen->unit && known->name == seen->name;
    return known->name == seen->name && known->program == seen->program &&
           known->script == seen->script && known->user == seen->user;
}

static void sight(struct story_sighting *sighting, const struct story_holder *seen)
{
    for (uint32_t index = 0; index < sighting->who_count; index++) {
        struct story_holder *known = &sighting->who[index];
        uint32_t claims = known->claims + 1;
        if (!is_same_service(known, seen))
            continue;
        *known = *seen;
        known->claims = claims;
        return;
    }
    if (sighting->who_count == STORY_WHO) {
        sighting->others++;
        return;
    }
    sighting->who[sighting->who_count] = *seen;
    sighting->who[sighting->who_count++].claims = 1;
}

/* Within one claim a holder may be told again and again. */
static bool was_seen(const struct story_claim *claim, const struct record *record)
{
    for (uint32_t index = 0; index < claim->event_count; index++) {
        const struct story_event *event = &claim->events[index];
        if (event->kind == EVENT_HELD && event->holder == record->holder.pid &&
            event->evidence == record->holder.evidence)
            return true;
    }
    return false;
}

static void add_holder(struct endpoint_state *endpoint, struct names *names,
                       struct story_claim *claim, const struct record *record)
{
    const struct record_holder *holder = &record->holder;
    struct story_holder seen = {
        .pid = holder->pid,
        .through = holder->through,
        .user = holder->user,
        .age_ms = holder->age_ms,
        .name = names_keep(names, holder->name),
        .program = names_keep(names, holder->program),
        .script = names_keep(names, holder->script),
        .unit = names_keep(names, holder->unit),
    };
    bool known = record->kind != EVENT_HELD && (claim->evidences & 1U << holder->evidence) != 0;
    if (known || was_seen(claim, record))
        return;
    claim->evidences |= 1U << holder->evidence;
    sight(&endpoint->told.sightings[holder->evidence], &seen);
    if (is_strange_heir(record)) {
        claim->strange_heir = true;
        sight(&endpoint->told.strange_heirs, &seen);
    }
}

/* ---- events ---- */

static void add_event(struct endpoint_state *endpoint, struct names *names,
                      struct story_claim *claim, const struct record *record)
{
    if (claim->event_count == STORY_EVENTS) {
        claim->events_left_out++;
        return;
    }
    struct story_event *event = &claim->events[claim->event_count++];
    *event = (struct story_event){
        .kind = record->kind,
        .action = record->action,
        .evidence = record->holder.evidence,
        .offset_ms = record->time_ms > claim->start_ms ? record->time_ms - claim->start_ms : 0,
        .after_ms = record->after_ms,
        .holder = record->holder.pid,
        .through = record->holder.through,
        .party = STORY_NO_PARTY,
        .name = names_keep(names, record->holder.name),
        .unit = names_keep(names, record->holder.unit),
        .signal = names_keep(names, record->signal),
        .numbers = {record->closable, record->sending},
    };
    if (record->kind == EVENT_KILL_WAR) {
        event->numbers[0] = record->kills;
        event->numbers[1] = record->window_s;
    }
    if (event->holder != 0)
        event->party = party_of_holder(endpoint, event);
}

static void add_war(struct story_war *war, struct names *names, const struct record *record)
{
    war->claims++;
    if (record->kills > war->kills)
        war->kills = record->kills;
    war->window_s = record->window_s;
    war->killer_pid = record->killer_pid;
    war->victim_pid = record->victim_pid;
    war->killer = names_keep(names, record->killer);
    war->victim = names_keep(names, record->victim);
}

static void add_lingering(struct story_endpoint *told, struct story_claim *claim,
                          const struct record *record)
{
    uint32_t leftovers = record->closable + record->sending;
    claim->lingered = true;
    if (leftovers > told->most_leftovers)
        told->most_leftovers = leftovers;
}

static void add_signals(struct endpoint_state *endpoint, struct story_claim *claim,
                        const struct record *record)
{
    claim->actions |= 1U << record->action;
    if (record->kind == EVENT_HELD && record->action == ACTION_ASKED) {
        if (claim->asked++ == 0)
            claim->asked_at_ms = record->time_ms;
    }
    if (record->kind == EVENT_FORCED && record->action == ACTION_FORCED) {
        claim->forced++;
        endpoint->told.grace_ms = record->after_ms;
    }
}

static void add_facts(struct endpoint_state *endpoint, struct names *names,
                      struct story_claim *claim, const struct record *record)
{
    switch (record->kind) {
    case EVENT_HELD:
    case EVENT_FORCED:
        add_signals(endpoint, claim, record);
        add_holder(endpoint, names, claim, record);
        add_event(endpoint, names, claim, record);
        break;
    case EVENT_LINGERING:
        claim->actions |= 1U << record->action;
        add_lingering(&endpoint->told, claim, record);
        add_event(endpoint, names, claim, record);
        break;
    case EVENT_KILL_WAR:
        claim->actions |= 1U << ACTION_BREAKER;
        add_war(&endpoint->told.war, names, record);
        add_event(endpoint, names, claim, record);
        break;
    case EVENT_NOT_CLAIMED:
        if (record->has_holder) {
            bool told_already = (claim->evidences & 1U << record->holder.evidence) != 0;
            add_holder(endpoint, names, claim, record);
            if (!told_already)
                add_event(endpoint, names, claim, record);
        }
        break;
    case EVENT_CLAIMED:
    case EVENT_WARNING:
        break;
    }
}

/* ---- the end of a claim ---- */

static void close_claim(struct endpoint_state *endpoint, uint32_t index, enum outcome outcome)
{
    struct open_claim *open = &endpoint->open[index];
    open->claim.events = open->events;
    open->claim.outcome = outcome;
    story_totals_add(endpoint, &open->claim, open->last_ms);
    story_timeline_add(endpoint, &open->claim);
    *open = endpoint->open[--endpoint->open_count];
}

static enum outcome outcome_without_end(const struct story_claim *claim)
{
    bool dry_run = (claim->actions & 1U << ACTION_WOULD_ASK) != 0;
    return dry_run ? OUTCOME_DRY_RUN : OUTCOME_UNFINISHED;
}

static void cut_off(struct endpoint_state *endpoint, uint32_t index)
{
    close_claim(endpoint, index, outcome_without_end(&endpoint->open[index].claim));
}

void story_claims_end(struct endpoint_state *endpoint)
{
    while (endpoint->open_count > 0)
        cut_off(endpoint, 0);
}

/* ---- the beginning of a claim ---- */

/* A dry run has no last event, and the same process may try again. */
static bool begins_another(const struct open_claim *open, const struct record *record)
{
    const struct story_claim *claim = &open->claim;
    uint32_t dry_run = 1U << ACTION_WOULD_ASK;
    return record->time_ms > open->last_ms + LONGEST_CLAIM_MS ||
           (record->kind == EVENT_HELD && (claim->actions & dry_run) != 0 &&
            was_seen(claim, record));
}

static struct open_claim *find_open(struct endpoint_state *endpoint, const struct record *record)
{
    for (uint32_t index = 0; index < endpoint->open_count; index++) {
        struct open_claim *open = &endpoint->open[index];
        open->claim.events = open->events;
        if (open->claim.pid != record->pid)
            continue;
        if (!begins_another(open, record))
            return open;
        cut_off(endpoint, index);
        return NULL;
    }
    return NULL;
}

static uint32_t find_stalest(const struct endpoint_state *endpoint)
{
    uint32_t stalest = 0;
    for (uint32_t index = 1; index < endpoint->open_count; index++) {
        if (endpoint->open[index].last_ms < endpoint->open[stalest].last_ms)
            stalest = index;
    }
    return stalest;
}

static struct open_claim *open_claim(struct endpoint_state *endpoint, const struct record *record)
{
    if (endpoint->open_count == STATE_OPEN_CLAIMS)
        cut_off(endpoint, find_stalest(endpoint));
    struct open_claim *open = &endpoint->open[endpoint->open_count++];
    memset(open, 0, sizeof(*open));
    open->claim = (struct story_claim){
        .start_ms = record->time_ms,
        .pid = record->pid,
        .party = STORY_NO_PARTY,
        .self = "",
        .unit = "",
        .events = open->events,
    };
    return open;
}

/* Who claims is found out with the first look at the holders, and is in no event before that. */
static void name_starter(struct endpoint_state *endpoint, struct names *names,
                         struct story_claim *claim, const struct record *record)
{
    bool ends = record->kind == EVENT_CLAIMED || record->kind == EVENT_NOT_CLAIMED;
    if (claim->self[0] == '\0')
        claim->self = names_keep(names, record->self);
    if (claim->unit[0] == '\0')
        claim->unit = names_keep(names, record->self_unit);
    if (claim->party == STORY_NO_PARTY && (claim->self[0] != '\0' || ends))
        claim->party = party_of_starter(endpoint, claim);
}

void story_claims_add(struct endpoint_state *endpoint, struct names *names,
                      const struct record *record)
{
    struct open_claim *open = find_open(endpoint, record);
    if (open == NULL)
        open = open_claim(endpoint, record);
    struct story_claim *claim = &open->claim;
    open->last_ms = record->time_ms;
    claim->took_ms = record->time_ms > claim->start_ms ? record->time_ms - claim->start_ms : 0;
    name_starter(endpoint, names, claim, record);
    add_facts(endpoint, names, claim, record);
    if (record->kind != EVENT_CLAIMED && record->kind != EVENT_NOT_CLAIMED)
        return;
    claim->took_ms = record->after_ms;
    claim->stopped = record->stopped;
    claim->draining = record->draining;
    close_claim(endpoint, (uint32_t)(open - endpoint->open),
                record->kind == EVENT_CLAIMED ? OUTCOME_CLAIMED : OUTCOME_NOT_CLAIMED);
}
