#include "explain.h"

#include "command/visible_json.h"

#include "core/evidence.h"
#include "core/version.h"

#include <err.h>
#include <inttypes.h>
#include <jansson.h>

enum { FAILED = 2 };

/* ---- building; jansson takes over the values, also NULL ones, and says when memory is out ---- */

static void put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        err(FAILED, "portclaim explain");
}

static void put_number(json_t *object, const char *key, uint64_t value)
{
    put(object, key, json_integer((json_int_t)value));
}

static void put_string(json_t *object, const char *key, const char *value)
{
    put(object, key, visible_json(value));
}

/* What is not known has no key. */
static void put_known(json_t *object, const char *key, const char *value)
{
    if (value[0] != '\0')
        put_string(object, key, value);
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        err(FAILED, "portclaim explain");
}

/* ---- the diagnosis ---- */

static json_t *cures_of(const struct cause *cause)
{
    json_t *cures = json_array();
    for (uint32_t index = 0; index < cause->cure_count; index++) {
        json_t *cure = json_object();
        put_string(cure, "advice", cause->cures[index].advice);
        if (cause->cures[index].lines != NULL)
            put_string(cure, "lines", cause->cures[index].lines);
        append(cures, cure);
    }
    return cures;
}

static json_t *causes_of(const struct diagnosis *diagnosis)
{
    json_t *causes = json_array();
    for (uint32_t index = 0; index < diagnosis->cause_count; index++) {
        const struct cause *cause = &diagnosis->causes[index];
        json_t *object = json_object();
        put_string(object, "cause", diagnosis_cause_name(cause->kind));
        put_string(object, "title", diagnosis_cause_title(cause->kind));
        put_number(object, "starts", cause->claims);
        put_number(object, "failed", cause->failed);
        put_string(object, "words", cause->words);
        put(object, "cures", cures_of(cause));
        append(causes, object);
    }
    return causes;
}

/* ---- the facts ---- */

static json_t *times_of(const struct story_endpoint *endpoint)
{
    json_t *times = json_object();
    put_number(times, "asked", endpoint->asked_claims);
    put_number(times, "forced", endpoint->forced_claims);
    put_number(times, "p50_ms", endpoint->to_win.p50);
    put_number(times, "max_ms", endpoint->to_win.most);
    put_number(times, "unforced", endpoint->by_itself.count);
    put_number(times, "unforced_p50_ms", endpoint->by_itself.p50);
    put_number(times, "unforced_max_ms", endpoint->by_itself.most);
    return times;
}

static json_t *services_of(const struct story_endpoint *endpoint)
{
    json_t *services = json_array();
    for (uint32_t index = 0; index < endpoint->party_count; index++) {
        const struct story_party *party = &endpoint->parties[index];
        json_t *service = json_object();
        put_string(service, "service", party->label);
        put(service, "is_unit", json_boolean(party->is_unit));
        put_number(service, "starts", party->starts);
        put_number(service, "claimed", party->claimed);
        append(services, service);
    }
    return services;
}

static json_t *kills_of(const struct story_endpoint *endpoint)
{
    json_t *kills = json_array();
    for (uint32_t index = 0; index < endpoint->pair_count; index++) {
        const struct story_pair *pair = &endpoint->pairs[index];
        json_t *kill = json_object();
        put_string(kill, "killer", endpoint->parties[pair->killer].label);
        put_string(kill, "victim", endpoint->parties[pair->victim].label);
        put_number(kill, "starts", pair->kills);
        append(kills, kill);
    }
    return kills;
}

/* ---- the timeline ---- */

static void put_holder(json_t *object, const struct story_event *event)
{
    put_string(object, "verdict", evidence_verdict_name(evidence_verdict(event->evidence)));
    put_string(object, "evidence", evidence_name(event->evidence));
    if (event->holder != 0)
        put_number(object, "holder", (uint64_t)event->holder);
    if (event->through != 0)
        put_number(object, "through", (uint64_t)event->through);
    put_known(object, "name", event->name);
    put_known(object, "unit", event->unit);
}

static json_t *event_of(const struct story_event *event)
{
    json_t *object = json_object();
    put_string(object, "event", report_event_names[event->kind]);
    put_number(object, "offset_ms", event->offset_ms);
    if (event->kind == EVENT_HELD || event->kind == EVENT_FORCED || event->kind == EVENT_LINGERING)
        put_string(object, "action", report_action_names[event->action]);
    put_known(object, "signal", event->signal);
    if (event->kind == EVENT_FORCED)
        put_number(object, "after_ms", event->after_ms);
    if (event->kind == EVENT_LINGERING) {
        put_number(object, "closable", event->numbers[0]);
        put_number(object, "sending", event->numbers[1]);
    } else if (event->kind == EVENT_KILL_WAR) {
        put_number(object, "kills", event->numbers[0]);
        put_number(object, "window_s", event->numbers[1]);
    } else {
        put_holder(object, event);
    }
    return object;
}

static json_t *claim_of(const struct story_claim *claim)
{
    json_t *object = json_object();
    json_t *events = json_array();
    put_number(object, "time_ms", claim->start_ms);
    put_number(object, "pid", (uint64_t)claim->pid);
    put_known(object, "self", claim->self);
    put_known(object, "self_unit", claim->unit);
    put_string(object, "outcome", explain_outcome_name(claim->outcome));
    put_number(object, "took_ms", claim->took_ms);
    put_number(object, "stopped", claim->stopped);
    put_number(object, "draining", claim->draining);
    for (uint32_t index = 0; index < claim->event_count; index++)
        append(events, event_of(&claim->events[index]));
    put(object, "events", events);
    put_number(object, "events_left_out", claim->events_left_out);
    return object;
}

static json_t *claims_of(const struct story_endpoint *endpoint)
{
    json_t *claims = json_array();
    for (uint32_t index = 0; index < endpoint->claim_count; index++)
        append(claims, claim_of(&endpoint->claims[index]));
    return claims;
}

/* ---- the whole ---- */

static json_t *endpoint_of(const struct story_endpoint *endpoint, const struct diagnosis *diagnosis)
{
    json_t *object = json_object();
    put_string(object, "endpoint", endpoint->endpoint);
    put_string(object, "protocol", endpoint->protocol);
    if (!story_is_unix(endpoint))
        put_number(object, "port", endpoint->port);
    put_number(object, "first_ms", endpoint->first_ms);
    put_number(object, "last_ms", endpoint->last_ms);
    put_number(object, "starts", endpoint->starts);
    put_number(object, "claimed", endpoint->outcomes[OUTCOME_CLAIMED]);
    put_number(object, "not_claimed", endpoint->outcomes[OUTCOME_NOT_CLAIMED]);
    put_number(object, "dry_run", endpoint->outcomes[OUTCOME_DRY_RUN]);
    put_number(object, "unfinished", endpoint->outcomes[OUTCOME_UNFINISHED]);
    put_string(object, "summary", diagnosis->summary);
    put(object, "causes", causes_of(diagnosis));
    put(object, "times", times_of(endpoint));
    put(object, "services", services_of(endpoint));
    put(object, "kills", kills_of(endpoint));
    put(object, "claims", claims_of(endpoint));
    put_number(object, "claims_left_out", endpoint->claims_left_out);
    return object;
}

static json_t *warnings_of(const struct story *story)
{
    json_t *warnings = json_array();
    for (uint32_t index = 0; index < story->warning_count; index++) {
        json_t *warning = json_object();
        put_string(warning, "message", story->warnings[index].message);
        put_number(warning, "count", story->warnings[index].count);
        append(warnings, warning);
    }
    return warnings;
}

/* Then it is gone: a long story must not be in memory twice, and as JSON it is many times as large.
 */
static void dump(FILE *stream, json_t *value)
{
    if (json_dumpf(value, stream, JSON_ENSURE_ASCII | JSON_COMPACT) != 0 && !ferror(stream))
        err(FAILED, "portclaim explain");
    json_decref(value);
}

void explain_as_json(FILE *stream, const struct explanation *explanation)
{
    const struct story *story = explanation->story;
    const struct record_counts *counts = &explanation->counts;
    fputs("{\"version\":", stream);
    fprintf(stream,
            "\"" PORTCLAIM_VERSION "\",\"files\":%" PRIu64 ",\"lines\":%" PRIu64
            ",\"skipped\":%" PRIu64 ",\"events_left_out\":%" PRIu64 ",\n\"endpoints\":[",
            counts->files, counts->lines, counts->skipped, story->events_elsewhere);
    for (uint32_t index = 0; index < story->endpoint_count; index++) {
        fputs(index > 0 ? ",\n" : "\n", stream);
        dump(stream, endpoint_of(story->endpoints[index], &explanation->diagnoses[index]));
    }
    fputs("],\n\"warnings\":", stream);
    dump(stream, warnings_of(story));
    fputs("}\n", stream);
}
