/* Which causes there are, and in what order; diagnosis_words.c says each. */
#include "diagnosis.h"

#include "diagnosis_words.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLOW_MS = 300, /* half of the grace that PORTCLAIM_TERM_MS gives unless it is told otherwise */
    LEAST_ALTERNATING_KILLS = 3, /* there, back, and there again: two are a change of mind */
    STUBBORN_OF_FIVE = 4,        /* forced in so many of five claims: nearly always */
};

static const struct cause_names {
    const char *name;
    const char *title;
} cause_names[] = {
    [CAUSE_KILL_WAR] = {"kill-war", "Kill war"},
    [CAUSE_FOREIGN] = {"foreign-holder", "Another service holds the port"},
    [CAUSE_INHERITED] = {"inherited-socket", "A child inherited the socket"},
    [CAUSE_STUBBORN] = {"stubborn-holder", "Stubborn holder"},
    [CAUSE_SLOW] = {"slow-shutdown", "Slow shutdown"},
    [CAUSE_ANCESTOR] = {"ancestor", "An ancestor holds the port"},
    [CAUSE_PROTECTED] = {"protected", "A protected process holds the port"},
    [CAUSE_ESSENTIAL] = {"essential", "A service of the system holds the port"},
    [CAUSE_TOGETHER] = {"started-together", "Two instances at once"},
    [CAUSE_CLIENT] = {"client-port", "A client got the port as its own"},
    [CAUSE_TIME_WAIT] = {"time-wait", "Leftovers of closed connections (TIME_WAIT)"},
    [CAUSE_LEFT_PATH] = {"left-path", "The path of an ended server"},
    [CAUSE_HIDDEN] = {"hidden-holder", "The holder is not visible"},
    [CAUSE_CUT_SHORT] = {"slow-look-up", "The look-up of the holder took too long"},
    [CAUSE_ENDING] = {"slow-end", "The holder was ending already"},
    [CAUSE_DENIED] = {"not-permitted", "Not permitted to stop the holder"},
    [CAUSE_UNSAFE] = {"no-safe-signal", "No safe way to signal"},
    [CAUSE_NOT_FOUND] = {"holder-not-found", "The holder was not found"},
    [CAUSE_UNTOUCHED] = {"holder-not-asked", "An earlier instance was not asked to stop"},
    [CAUSE_DRY_RUN] = {"dry-run", "Only a dry run"},
    [CAUSE_START_LIMIT] = {"start-limit", "Start limit of systemd"},
    [CAUSE_CUT_OFF] = {"cut-off", "Claims without an end"},
};

const char *diagnosis_cause_name(enum cause_kind kind)
{
    return cause_names[kind].name;
}

const char *diagnosis_cause_title(enum cause_kind kind)
{
    return cause_names[kind].title;
}

/* ---- what there is ---- */

static struct story_tally sum(const struct story_endpoint *endpoint, const enum evidence *evidences,
                              size_t count)
{
    struct story_tally total = {0};
    for (size_t index = 0; index < count; index++) {
        const struct story_tally *tally = &endpoint->sightings[evidences[index]].tally;
        total.claims += tally->claims;
        total.failed += tally->failed;
    }
    return total;
}

#define SUM(endpoint, evidences)                                                                   \
    sum(endpoint, evidences, sizeof(evidences) / sizeof((evidences)[0]))

static const enum evidence foreign[] = {EVIDENCE_OTHER_USER,      EVIDENCE_OTHER_SERVICE,
                                        EVIDENCE_OTHER_PROGRAM,   EVIDENCE_OTHER_SCRIPT,
                                        EVIDENCE_OTHER_ARGUMENTS, EVIDENCE_NOT_NAMED};
static const enum evidence ancestors[] = {EVIDENCE_ANCESTOR, EVIDENCE_INIT};
static const enum evidence together[] = {EVIDENCE_YOUNGER, EVIDENCE_TOOK_PORT, EVIDENCE_SIBLING};
static const enum evidence hidden[] = {EVIDENCE_NONE, EVIDENCE_INVISIBLE, EVIDENCE_UNREADABLE,
                                       EVIDENCE_NO_LINEAGE};

static const struct story_pair *find_pair(const struct story_endpoint *endpoint, int killer,
                                          int victim)
{
    for (uint32_t index = 0; index < endpoint->pair_count; index++) {
        const struct story_pair *pair = &endpoint->pairs[index];
        if (pair->killer == killer && pair->victim == victim)
            return pair;
    }
    return NULL;
}

/* Two that stop each other: of several couples the one with the most kills. */
static struct couple find_alternating(const struct story_endpoint *endpoint)
{
    struct couple best = {0};
    uint32_t most = LEAST_ALTERNATING_KILLS - 1;
    for (uint32_t index = 0; index < endpoint->pair_count; index++) {
        const struct story_pair *there = &endpoint->pairs[index];
        const struct story_pair *back = find_pair(endpoint, there->victim, there->killer);
        if (back == NULL || back <= there || back->kills + there->kills <= most)
            continue;
        most = back->kills + there->kills;
        best = (struct couple){there, back};
    }
    return best;
}

/*
 * The half of a fight that a record of one of the two has: another unit was there again whenever
 * this one started. Units alone, for a program's name may change while it runs.
 */
static struct couple find_one_sided(const struct story_endpoint *endpoint)
{
    struct couple best = {0};
    uint32_t most = LEAST_ALTERNATING_KILLS - 1;
    for (uint32_t index = 0; index < endpoint->pair_count; index++) {
        const struct story_pair *pair = &endpoint->pairs[index];
        if (pair->killer == pair->victim || pair->kills <= most ||
            !endpoint->parties[pair->killer].is_unit || !endpoint->parties[pair->victim].is_unit)
            continue;
        most = pair->kills;
        best.there = pair;
    }
    return best;
}

static struct couple find_couple(const struct story_endpoint *endpoint)
{
    struct couple couple = find_alternating(endpoint);
    return couple.there != NULL ? couple : find_one_sided(endpoint);
}

static struct story_tally tally_of_war(const struct story_endpoint *endpoint,
                                       const struct couple *couple)
{
    struct story_tally tally = endpoint->actions[ACTION_BREAKER];
    if (tally.claims < endpoint->war.claims)
        tally.claims = endpoint->war.claims;
    if (couple->there != NULL)
        tally.claims += couple->there->kills;
    if (couple->back != NULL)
        tally.claims += couple->back->kills;
    return tally;
}

static bool is_stubborn(const struct story_endpoint *endpoint)
{
    return endpoint->forced_claims > 0 && 5 * (uint64_t)endpoint->forced_claims >=
                                              STUBBORN_OF_FIVE * (uint64_t)endpoint->asked_claims;
}

static bool is_slow(const struct story_endpoint *endpoint)
{
    return endpoint->forced_claims > 0 || endpoint->asked_failed > 0 ||
           endpoint->by_itself.most > SLOW_MS;
}

/* The start that the limit refuses is one more, at the same pace. */
static const struct story_party *find_hurried(const struct story_endpoint *endpoint)
{
    const struct story_party *hurried = NULL;
    for (uint32_t index = 0; index < endpoint->party_count; index++) {
        const struct story_party *party = &endpoint->parties[index];
        if (party->is_unit && text_ends_with(party->label, ".service") && party->fastest_ms > 0 &&
            party->fastest_ms * STORY_START_LIMIT / (STORY_START_LIMIT - 1) <=
                STORY_START_LIMIT_MS &&
            (hurried == NULL || party->fastest_ms < hurried->fastest_ms))
            hurried = party;
    }
    return hurried;
}

/* ---- gathering ---- */

/* Its place among the causes, when it occurred at all. */
static struct cause *add(struct diagnosis *diagnosis, enum cause_kind kind,
                         struct story_tally tally)
{
    if (tally.claims == 0)
        return NULL;
    struct cause *cause = &diagnosis->causes[diagnosis->cause_count++];
    *cause = (struct cause){.kind = kind, .claims = tally.claims, .failed = tally.failed};
    return cause;
}

static void add_war(const struct story_endpoint *endpoint, struct diagnosis *diagnosis)
{
    struct couple couple = find_couple(endpoint);
    struct cause *cause = couple.there != NULL || endpoint->war.claims > 0
                              ? add(diagnosis, CAUSE_KILL_WAR, tally_of_war(endpoint, &couple))
                              : NULL;
    if (cause != NULL)
        say_kill_war(cause, endpoint, &couple);
}

static void add_stopping(const struct story_endpoint *endpoint, struct diagnosis *diagnosis)
{
    bool stubborn = is_stubborn(endpoint);
    struct story_tally tally = {endpoint->asked_claims, endpoint->asked_failed};
    if (stubborn)
        say_stubborn(add(diagnosis, CAUSE_STUBBORN, tally), endpoint);
    else if (is_slow(endpoint) && endpoint->asked_claims > 0)
        say_slow(add(diagnosis, CAUSE_SLOW, tally), endpoint);
}

/* Those whose story is one kind of evidence, or one thing that was done. */
static void add_simple(const struct story_endpoint *endpoint, struct diagnosis *diagnosis)
{
    const struct {
        enum cause_kind kind;
        struct story_tally tally;
        void (*say)(struct cause *, const struct story_endpoint *);
    } simple[] = {
        {CAUSE_FOREIGN, SUM(endpoint, foreign), say_foreign},
        {CAUSE_INHERITED, endpoint->strange_heirs.tally, say_inherited},
        {CAUSE_ANCESTOR, SUM(endpoint, ancestors), say_ancestor},
        {CAUSE_PROTECTED, endpoint->sightings[EVIDENCE_PROTECTED].tally, say_protected},
        {CAUSE_ESSENTIAL, endpoint->sightings[EVIDENCE_ESSENTIAL].tally, say_essential},
        {CAUSE_TOGETHER, SUM(endpoint, together), say_together},
        {CAUSE_CLIENT, endpoint->sightings[EVIDENCE_CONNECTION].tally, say_client},
        {story_is_unix(endpoint) ? CAUSE_LEFT_PATH : CAUSE_TIME_WAIT, endpoint->lingering,
         story_is_unix(endpoint) ? say_left_path : say_time_wait},
        {CAUSE_HIDDEN, SUM(endpoint, hidden), say_hidden},
        {CAUSE_CUT_SHORT, endpoint->sightings[EVIDENCE_CUT_SHORT].tally, say_cut_short},
        {CAUSE_ENDING, endpoint->sightings[EVIDENCE_ENDING].tally, say_ending},
        {CAUSE_DENIED, endpoint->actions[ACTION_DENIED], say_denied},
        {CAUSE_UNSAFE, endpoint->actions[ACTION_FAILED], say_unsafe},
        {CAUSE_NOT_FOUND, endpoint->unseen, say_not_found},
        {CAUSE_UNTOUCHED, endpoint->untouched, say_untouched},
        {CAUSE_DRY_RUN, endpoint->actions[ACTION_WOULD_ASK], say_dry_run},
    };
    for (size_t index = 0; index < sizeof(simple) / sizeof(simple[0]); index++) {
        struct cause *cause = add(diagnosis, simple[index].kind, simple[index].tally);
        if (cause != NULL)
            simple[index].say(cause, endpoint);
    }
}

static void add_start_limit(const struct story_endpoint *endpoint, struct diagnosis *diagnosis)
{
    const struct story_party *party = find_hurried(endpoint);
    if (party == NULL)
        return;
    struct story_tally tally = {party->starts, 0};
    say_start_limit(add(diagnosis, CAUSE_START_LIMIT, tally), party);
}

/* A dry run has no ends, so they say nothing there. */
static void add_cut_off(const struct story_endpoint *endpoint, struct diagnosis *diagnosis)
{
    struct story_tally tally = {endpoint->outcomes[OUTCOME_UNFINISHED], 0};
    struct cause *cause =
        endpoint->outcomes[OUTCOME_DRY_RUN] == 0 ? add(diagnosis, CAUSE_CUT_OFF, tally) : NULL;
    if (cause != NULL)
        say_cut_off(cause, endpoint);
}

/* A war first, since it makes the others; then what kept the most claims from the port. */
static int compare_causes(const void *left, const void *right)
{
    const struct cause *first = left;
    const struct cause *second = right;
    bool war = first->kind == CAUSE_KILL_WAR;
    if (war != (second->kind == CAUSE_KILL_WAR))
        return war ? -1 : 1;
    if (first->failed != second->failed)
        return first->failed > second->failed ? -1 : 1;
    return (int)first->kind - (int)second->kind;
}

void diagnose(const struct story_endpoint *endpoint, struct diagnosis *diagnosis)
{
    memset(diagnosis, 0, sizeof(*diagnosis));
    add_war(endpoint, diagnosis);
    add_stopping(endpoint, diagnosis);
    add_simple(endpoint, diagnosis);
    add_start_limit(endpoint, diagnosis);
    add_cut_off(endpoint, diagnosis);
    qsort(diagnosis->causes, diagnosis->cause_count, sizeof(diagnosis->causes[0]), compare_causes);
    diagnosis->summary = say_summary(endpoint, diagnosis->cause_count == 0 &&
                                                   endpoint->outcomes[OUTCOME_NOT_CLAIMED] == 0);
}

void diagnosis_free(struct diagnosis *diagnosis)
{
    for (uint32_t index = 0; index < diagnosis->cause_count; index++) {
        struct cause *cause = &diagnosis->causes[index];
        free(cause->words);
        for (uint32_t cure = 0; cure < cause->cure_count; cure++) {
            free(cause->cures[cure].advice);
            free(cause->cures[cure].lines);
        }
    }
    free(diagnosis->summary);
}
