/* One claim in one line, and what else text and page say in the same words. */
#include "explain.h"

#include "advice.h"

#include "command/wording.h"

#include "core/evidence.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MS_PER_S = 1000 };

const char EXPLAIN_NOTHING[] =
    "There is no event of portclaim in the record. To get one, start the service with\n"
    "\n"
    "    portclaim run --log FILE --log-format json -- PROGRAM\n"
    "\n"
    "or, on Linux, with\n"
    "\n"
    "    LD_PRELOAD=libportclaim.so\n"
    "    PORTCLAIM_LOG=/var/log/portclaim.json\n"
    "    PORTCLAIM_LOG_FORMAT=json\n"
    "\n"
    "A start that finds its port free leaves no event: then there was nothing to explain.\n";

char *explain_gaps(const struct explanation *explanation)
{
    const struct record_counts *counts = &explanation->counts;
    const struct story *story = explanation->story;
    struct wording words = {0};
    if (counts->skipped > 0)
        wording_add(&words,
                    "%" PRIu64 " of %" PRIu64 " lines %s not %s of portclaim, or not whole, and %s "
                    "passed over.",
                    counts->skipped, counts->lines, counts->skipped == 1 ? "was" : "were",
                    counts->skipped == 1 ? "an event" : "events",
                    counts->skipped == 1 ? "was" : "were");
    if (counts->texts > 0)
        wording_add(&words,
                    " %" PRIu64
                    " of these %s what portclaim writes for people, which has no times: "
                    "with PORTCLAIM_LOG_FORMAT=json it writes a record.",
                    counts->texts, counts->texts == 1 ? "is" : "are");
    if (story->events_elsewhere > 0)
        wording_add(&words,
                    "%s%" PRIu64
                    " events are of further endpoints than the first %d, and were left "
                    "out.",
                    counts->skipped > 0 ? " " : "", story->events_elsewhere, STORY_ENDPOINTS);
    char *gaps = wording_end(&words);
    if (gaps[0] != '\0')
        return gaps;
    free(gaps);
    return NULL;
}

/* ---- one claim ---- */

char *explain_starter(const struct story_claim *claim)
{
    struct wording words = {0};
    wording_add_name(&words, claim->unit[0] != '\0'   ? claim->unit
                             : claim->self[0] != '\0' ? claim->self
                                                      : "process");
    wording_add(&words, " %" PRId32, claim->pid);
    return wording_end(&words);
}

static void add_holder(struct wording *words, const struct story_event *event)
{
    if (event->holder == 0) {
        wording_add(words, "a process that cannot be seen");
        return;
    }
    if (event->unit[0] != '\0' || event->name[0] != '\0') {
        wording_add_name(words, event->unit[0] != '\0' ? event->unit : event->name);
        wording_add(words, " ");
    }
    wording_add(words, "%" PRId32, event->holder);
}

static void add_why(struct wording *words, const struct story_event *event)
{
    wording_add(words, " (%s", evidence_words(event->evidence));
    if (event->evidence == EVIDENCE_INHERITED && event->through != 0)
        wording_add(words, " %" PRId32, event->through);
    wording_add(words, ")");
}

static void add_held(struct wording *words, const struct story_event *event)
{
    static const char *const before[STORY_ACTIONS] = {
        [ACTION_DENIED] = "not permitted to signal ",
        [ACTION_FAILED] = "no safe way to signal ",
        [ACTION_GONE] = "ended just then: ",
        [ACTION_SPARED] = "spared for others' sake: ",
        [ACTION_BREAKER] = "spared after too many kills: ",
    };
    if (event->action == ACTION_ASKED || event->action == ACTION_WOULD_ASK ||
        event->action == ACTION_FORCED) {
        wording_add(words, event->action == ACTION_WOULD_ASK ? "would send " : "");
        wording_add_name(words, event->signal[0] != '\0' ? event->signal : "signal");
        wording_add(words, event->action == ACTION_FORCED ? " at once to " : " to ");
    } else {
        wording_add(words, "%s",
                    before[event->action] != NULL ? before[event->action] : "held by ");
    }
    add_holder(words, event);
    add_why(words, event);
}

/* Whom is clear where only one was asked. */
static void add_forced(struct wording *words, const struct story_endpoint *endpoint,
                       const struct story_claim *claim, const struct story_event *event)
{
    wording_add(words, event->action == ACTION_FORCED ? "" : "no ");
    wording_add_name(words,
                     event->signal[0] != '\0' ? event->signal : advice_for(endpoint)->forced);
    if (claim->asked != 1) {
        wording_add(words, " to ");
        add_holder(words, event);
    }
    wording_add(words, " after ");
    wording_add_duration(words, event->after_ms);
}

static void add_lingering(struct wording *words, const struct story_endpoint *endpoint,
                          const struct story_event *event)
{
    bool closed = event->action == ACTION_CLOSED;
    if (story_is_unix(endpoint)) {
        wording_add(words, "the path of an ended server%s", closed ? ", removed" : "");
        return;
    }
    wording_add_count(words, event->numbers[0] + (uint64_t)event->numbers[1], "leftover");
    wording_add(words, " of closed connections%s", closed ? ", closed" : "");
}

static void add_event(struct wording *words, const struct story_endpoint *endpoint,
                      const struct story_claim *claim, const struct story_event *event)
{
    switch (event->kind) {
    case EVENT_HELD:
    case EVENT_NOT_CLAIMED:
        add_held(words, event);
        break;
    case EVENT_FORCED:
        add_forced(words, endpoint, claim, event);
        break;
    case EVENT_LINGERING:
        add_lingering(words, endpoint, event);
        break;
    case EVENT_KILL_WAR:
        wording_add(words, "kill war: ");
        wording_add_count(words, event->numbers[0], "kill");
        wording_add(words, " in %" PRIu32 " s", event->numbers[1]);
        break;
    case EVENT_CLAIMED:
    case EVENT_WARNING:
        break;
    }
}

const char *explain_outcome_name(enum outcome outcome)
{
    static const char *const names[] = {
        [OUTCOME_CLAIMED] = "claimed",
        [OUTCOME_NOT_CLAIMED] = "not-claimed",
        [OUTCOME_DRY_RUN] = "dry-run",
        [OUTCOME_UNFINISHED] = "unfinished",
    };
    return names[outcome];
}

static void add_outcome(struct wording *words, const struct story_claim *claim)
{
    switch (claim->outcome) {
    case OUTCOME_CLAIMED:
        wording_add(words, "claimed in ");
        wording_add_duration(words, claim->took_ms);
        break;
    case OUTCOME_NOT_CLAIMED:
        wording_add(words, "NOT claimed in ");
        wording_add_duration(words, claim->took_ms);
        break;
    case OUTCOME_DRY_RUN:
        wording_add(words, "dry run");
        break;
    case OUTCOME_UNFINISHED:
        wording_add(words, "no end recorded");
        break;
    }
}

char *explain_outcome(const struct story_claim *claim)
{
    struct wording words = {0};
    add_outcome(&words, claim);
    return wording_end(&words);
}

char *explain_events(const struct story_endpoint *endpoint, const struct story_claim *claim)
{
    struct wording words = {0};
    for (uint32_t index = 0; index < claim->event_count; index++) {
        wording_add(&words, "%s", index > 0 ? "; " : "");
        add_event(&words, endpoint, claim, &claim->events[index]);
    }
    if (claim->events_left_out > 0)
        wording_add(&words, "; %" PRIu32 " more", claim->events_left_out);
    return wording_end(&words);
}

char *explain_claim(const struct story_endpoint *endpoint, const struct story_claim *claim)
{
    struct wording words = {0};
    char *events = explain_events(endpoint, claim);
    wording_add(&words, "%s%s", events, events[0] != '\0' ? "; " : "");
    add_outcome(&words, claim);
    if (claim->draining > 0)
        wording_add(&words, ", the old one drains");
    free(events);
    return wording_end(&words);
}

/* ---- times ---- */

static void format_time(char *shown, const char *format, uint64_t time_ms)
{
    struct tm local = {0};
    time_t seconds = (time_t)(time_ms / MS_PER_S);
    if (localtime_r(&seconds, &local) == NULL ||
        strftime(shown, EXPLAIN_CLOCK_SIZE, format, &local) == 0)
        shown[0] = '\0';
}

void explain_clock(char clock[EXPLAIN_CLOCK_SIZE], uint64_t time_ms)
{
    char seconds[EXPLAIN_CLOCK_SIZE / 2];
    struct tm local = {0};
    time_t whole = (time_t)(time_ms / MS_PER_S);
    if (localtime_r(&whole, &local) == NULL ||
        strftime(seconds, sizeof(seconds), "%H:%M:%S", &local) == 0)
        seconds[0] = '\0';
    snprintf(clock, EXPLAIN_CLOCK_SIZE, "%s.%03u", seconds, (unsigned int)(time_ms % MS_PER_S));
}

void explain_date(char date[EXPLAIN_CLOCK_SIZE], uint64_t time_ms)
{
    format_time(date, "%Y-%m-%d", time_ms);
}

/* Seconds since 1970, were it a time of UTC. */
static int64_t seconds_of(const struct tm *local)
{
    int64_t year = local->tm_year + 1900;
    int64_t leap_days = (year - 1969) / 4 - (year - 1901) / 100 + (year - 1601) / 400;
    int64_t days = (year - 1970) * 365 + leap_days + local->tm_yday;
    return ((days * 24 + local->tm_hour) * 60 + local->tm_min) * 60 + local->tm_sec;
}

/* Computed, for strftime()'s %z is a name on Windows. */
void explain_zone(char zone[EXPLAIN_CLOCK_SIZE], uint64_t time_ms)
{
    struct tm local = {0};
    time_t seconds = (time_t)(time_ms / MS_PER_S);
    if (localtime_r(&seconds, &local) == NULL) {
        zone[0] = '\0';
        return;
    }
    int64_t minutes = (seconds_of(&local) - seconds) / 60;
    int64_t ahead = minutes < 0 ? -minutes : minutes;
    snprintf(zone, EXPLAIN_CLOCK_SIZE, "UTC%c%02d%02d", minutes < 0 ? '-' : '+', (int)(ahead / 60),
             (int)(ahead % 60));
}

void explain_escape(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", stream);
            break;
        case '<':
            fputs("&lt;", stream);
            break;
        case '>':
            fputs("&gt;", stream);
            break;
        case '"':
            fputs("&quot;", stream);
            break;
        case '\'':
            fputs("&#39;", stream);
            break;
        default:
            fputc(*text, stream);
        }
    }
}
