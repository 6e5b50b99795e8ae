/* What goes wrong between the instances of services: how they stop and how often they start. */
#include "diagnosis_words.h"

#include "advice.h"
#include "command/wording.h"
#include "cure.h"

#include <inttypes.h>

enum {
    MS_PER_S = 1000,
    ROUND_MS = 100,
    LEAST_TERM_MS = 100,
    MOST_SETTING_MS = 600000, /* of PORTCLAIM_TERM_MS and its like, core/settings.c */
    TRIAL_TERM_MS = 10000,    /* long enough for any shutdown that ends at all */
    GRACE_SHARE = 4,
};

static uint64_t round_up(uint64_t number, uint64_t step)
{
    return (number + step - 1) / step * step;
}

static uint32_t setting_ms(uint64_t milliseconds)
{
    uint64_t rounded = round_up(milliseconds, ROUND_MS);
    return (uint32_t)(rounded < MOST_SETTING_MS ? rounded : MOST_SETTING_MS);
}

/* ---- who ---- */

void say_holder(struct wording *words, const struct story_endpoint *endpoint,
                const struct story_holder *holder)
{
    const char *what = holder->script[0] != '\0' ? holder->script : holder->program;
    const char *before = " (";
    if (holder->pid == 0) {
        wording_add(words, "a process that could not be seen");
    } else {
        wording_add(words, "\"");
        wording_add_name(words, holder->name[0] != '\0' ? holder->name : "?");
        wording_add(words, "\"");
    }
    if (holder->unit[0] != '\0') {
        wording_add(words, "%sunit ", before);
        wording_add_name(words, holder->unit);
        before = ", ";
    }
    if (what[0] != '\0') {
        wording_add(words, "%s", before);
        wording_add_name(words, what);
        before = ", ";
    }
    if (holder->user >= 0 && advice_for(endpoint)->numbers_users) {
        wording_add(words, "%suser %" PRId64, before, holder->user);
        before = ", ";
    }
    if (holder->pid != 0) {
        wording_add(words, "%slast seen as PID %" PRId32, before, holder->pid);
        before = ", ";
    }
    wording_add(words, "%s", before[0] == ',' ? ")" : "");
}

void say_holders(struct wording *words, const struct story_endpoint *endpoint,
                 const struct story_sighting *sighting)
{
    for (uint32_t index = 0; index < sighting->who_count; index++) {
        wording_add(words, "%s", index > 0 ? "; " : "");
        say_holder(words, endpoint, &sighting->who[index]);
        wording_add(words, " in ");
        wording_add_count(words, sighting->who[index].claims, "start");
    }
    if (sighting->others > 0)
        wording_add(words, "; others in %" PRIu32, sighting->others);
}

/* The one that was asked to stop most often. */
static void say_whom(struct wording *words, const struct story_endpoint *endpoint)
{
    static const enum evidence stale[] = {EVIDENCE_SERVICE, EVIDENCE_UNIT,  EVIDENCE_PROGRAM,
                                          EVIDENCE_SCRIPT,  EVIDENCE_TITLE, EVIDENCE_RULE,
                                          EVIDENCE_ANY};
    const struct story_holder *most = NULL;
    for (size_t index = 0; index < sizeof(stale) / sizeof(stale[0]); index++) {
        const struct story_sighting *sighting = &endpoint->sightings[stale[index]];
        for (uint32_t who = 0; who < sighting->who_count; who++) {
            if (most == NULL || sighting->who[who].claims > most->claims)
                most = &sighting->who[who];
        }
    }
    if (most == NULL)
        return;
    wording_add(words, " It is ");
    say_holder(words, endpoint, most);
    wording_add(words, ".");
}

/* ---- slow and stubborn ---- */

static void say_times(struct wording *words, const struct story_times *times)
{
    if (times->count > 1) {
        wording_add(words, ": half of them within ");
        wording_add_duration(words, times->p50);
        wording_add(words, ", the slowest");
    }
    wording_add(words, " after ");
    wording_add_duration(words, times->most);
}

static void cure_by_grace(struct cause *cause, const struct story_endpoint *endpoint,
                          uint64_t slowest_ms)
{
    uint32_t term_ms = setting_ms(2 * slowest_ms);
    struct grace grace = {term_ms, term_ms + DEFAULT_KILL_MS + DEFAULT_WAIT_MS};
    advice_for(endpoint)->slow(cause, endpoint, &grace);
}

void cure_longer_wait(struct cause *cause, const struct story_endpoint *endpoint)
{
    cure_setting(cause, endpoint, "PORTCLAIM_WAIT_MS=%" PRIu32,
                 setting_ms(2 * endpoint->slowest_refusal_ms + DEFAULT_WAIT_MS));
}

static void cure_by_patience(struct cause *cause, const struct story_endpoint *endpoint)
{
    if (endpoint->asked_failed == 0)
        return;
    cure_add(cause,
             "%" PRIu32 " of the starts used up their whole budget: more time for the "
             "kernel to take a large process apart",
             endpoint->asked_failed);
    cure_longer_wait(cause, endpoint);
}

void say_slow(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    uint32_t forced = endpoint->forced_claims;
    uint64_t slowest_ms = endpoint->by_itself.most;
    if (forced > 0 && endpoint->grace_ms > slowest_ms)
        slowest_ms = endpoint->grace_ms;
    if (slowest_ms == 0)
        slowest_ms = endpoint->slowest_refusal_ms;
    wording_add(&words, "The old instance lets go of the port slowly. Asked to stop in ");
    wording_add_count(&words, endpoint->asked_claims, "start");
    if (endpoint->by_itself.count > 0) {
        wording_add(&words, ", it did so by itself in %" PRIu64, endpoint->by_itself.count);
        say_times(&words, &endpoint->by_itself);
    }
    if (forced > 0) {
        wording_add(&words, "; in %" PRIu32 " it was killed (%s), since its grace of ", forced,
                    advice_for(endpoint)->forced);
        wording_add_duration(&words, endpoint->grace_ms);
        wording_add(&words, " was too short");
    }
    wording_add(&words, ".");
    say_whom(&words, endpoint);
    cause->words = wording_end(&words);
    cure_by_grace(cause, endpoint, slowest_ms);
    cure_by_patience(cause, endpoint);
}

static void cure_stubborn(struct cause *cause, const struct story_endpoint *endpoint)
{
    uint64_t shorter_ms = endpoint->grace_ms / GRACE_SHARE;
    advice_for(endpoint)->stubborn(cause, endpoint);
    cure_add(cause, "if it only needs longer, see how long: then explain tells the grace to set");
    cure_setting(cause, endpoint, "PORTCLAIM_TERM_MS=%" PRIu32,
                 setting_ms(2 * endpoint->grace_ms > TRIAL_TERM_MS ? 2 * endpoint->grace_ms
                                                                   : TRIAL_TERM_MS));
    if (shorter_ms < LEAST_TERM_MS)
        return;
    cure_add(cause, "if none of this can be done, waiting is in vain: kill it sooner");
    cure_setting(cause, endpoint, "PORTCLAIM_TERM_MS=%" PRIu32, setting_ms(shorter_ms));
}

void say_stubborn(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words, "In %" PRIu32 " of ", endpoint->forced_claims);
    wording_add_count(&words, endpoint->asked_claims, "start");
    wording_add(&words,
                " the old instance did not end when it was asked, and was killed (%s) after ",
                advice_for(endpoint)->forced);
    wording_add_duration(&words, endpoint->grace_ms);
    wording_add(&words, ": it ignores the asking signal, or hangs in its shutdown, mostly on a "
                        "client that does not go.");
    if (endpoint->to_win.count > 0) {
        wording_add(&words, " That cost ");
        wording_add_duration(&words, endpoint->to_win.p50);
        wording_add(&words, " at half of the starts, ");
        wording_add_duration(&words, endpoint->to_win.most);
        wording_add(&words, " at the slowest.");
    }
    say_whom(&words, endpoint);
    cause->words = wording_end(&words);
    cure_stubborn(cause, endpoint);
}

void say_inherited(struct cause *cause, const struct story_endpoint *endpoint)
{
    const struct story_sighting *heirs = &endpoint->strange_heirs;
    struct wording words = {0};
    wording_add(&words, "Another program of the same service has the listening socket: ");
    say_holders(&words, endpoint, heirs);
    wording_add(&words,
                ". It was started by the service, inherited its %s, and keeps the port for as long "
                "as it lives.",
                advice_for(endpoint)->inherited);
    cause->words = wording_end(&words);
    advice_for(endpoint)->inheriting(cause, endpoint);
}

/* ---- starts ---- */

void say_start_limit(struct cause *cause, const struct story_party *party)
{
    struct wording words = {0};
    uint32_t limit_s = STORY_START_LIMIT_MS / MS_PER_S;
    uint64_t interval_ms = party->fastest_ms / (STORY_START_LIMIT - 1);
    uint32_t delay_s = limit_s / STORY_START_LIMIT + 1;
    wording_add_name(&words, party->label);
    wording_add(&words, " was started %d times within ", STORY_START_LIMIT);
    wording_add_duration(&words, party->fastest_ms);
    wording_add(&words,
                ", one start every %" PRIu64 " ms. systemd refuses the sixth within %" PRIu32
                " s (DefaultStartLimitBurst=%d, DefaultStartLimitIntervalSec=%" PRIu32
                "s), and the unit stays down with \"start request repeated too quickly\".",
                interval_ms, limit_s, STORY_START_LIMIT, limit_s);
    cause->words = wording_end(&words);
    bool plain = cure_is_service(party->label);
    cure_add(cause,
             "cure what makes it fail first; then more time between two starts, so that "
             "%d of them never fit %" PRIu32 " s",
             STORY_START_LIMIT, limit_s);
    cure_lines(cause, "%s%s%s[Service]\nRestartSec=%" PRIu32, plain ? "# systemctl edit " : "",
               plain ? party->label : "", plain ? "\n" : "", delay_s);
    cure_add(cause, "or a limit that this pace does not reach (0 is none)");
    cure_lines(cause, "[Unit]\nStartLimitIntervalSec=%" PRIu64,
               STORY_START_LIMIT * interval_ms / MS_PER_S);
}

void say_cut_off(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add_count(&words, endpoint->outcomes[OUTCOME_UNFINISHED], "start");
    wording_add(&words, " found the port taken, and the record does not say how it went on: the "
                        "process was ended while it waited, it still waits, or it was a dry run.");
    cause->words = wording_end(&words);
    advice_for(endpoint)->cut_off(cause, endpoint);
}

/* ---- the summary ---- */

static void say_outcomes(struct wording *words, const struct story_endpoint *endpoint)
{
    const uint32_t *outcomes = endpoint->outcomes;
    wording_add(words, "%" PRIu32 " claimed it", outcomes[OUTCOME_CLAIMED]);
    if (outcomes[OUTCOME_CLAIMED] > 0) {
        wording_add(words, " (the slowest in ");
        wording_add_duration(words, endpoint->slowest_claim_ms);
        wording_add(words, ")");
    }
    if (outcomes[OUTCOME_NOT_CLAIMED] > 0)
        wording_add(words, ", %" PRIu32 " did not get it", outcomes[OUTCOME_NOT_CLAIMED]);
    if (outcomes[OUTCOME_DRY_RUN] > 0)
        wording_add(words, ", %" PRIu32 " only looked (dry run)", outcomes[OUTCOME_DRY_RUN]);
    if (outcomes[OUTCOME_UNFINISHED] > 0)
        wording_add(words, ", %" PRIu32 " without an end", outcomes[OUTCOME_UNFINISHED]);
}

char *say_summary(const struct story_endpoint *endpoint, bool fine)
{
    struct wording words = {0};
    wording_add_count(&words, endpoint->starts, "start");
    wording_add(&words, " found the port taken: ");
    say_outcomes(&words, endpoint);
    if (endpoint->drained_claims > 0)
        wording_add(&words, "; %" PRIu32 " left the old instance to drain",
                    endpoint->drained_claims);
    wording_add(&words, fine ? ". Nothing to cure." : ".");
    return wording_end(&words);
}
