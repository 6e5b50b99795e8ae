#include "story.h"

#include "story_state.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLAIMS = STORY_FIRST_CLAIMS + STORY_LAST_CLAIMS, FIRST_ROOM = 16, FAILED = 2 };

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        err(FAILED, "portclaim explain");
    return memory;
}

struct story *story_new(void)
{
    struct story_state *state = allocate(1, sizeof(*state));
    state->names = names_new();
    return &state->told;
}

/* ---- the timeline ---- */

static struct story_claim *make_room(struct endpoint_state *endpoint)
{
    struct story_endpoint *told = &endpoint->told;
    if (told->claim_count == endpoint->claims_room) {
        size_t room = endpoint->claims_room == 0 ? FIRST_ROOM : 2 * (size_t)endpoint->claims_room;
        if (room > MOST_CLAIMS)
            room = MOST_CLAIMS;
        struct story_claim *claims = realloc(told->claims, room * sizeof(*claims));
        if (claims == NULL)
            err(FAILED, "portclaim explain");
        told->claims = claims;
        endpoint->claims_room = (uint32_t)room;
    }
    return &told->claims[told->claim_count++];
}

/* How it began and how it stands: what lies between is left out when it becomes too long. */
void story_keep_claim(struct endpoint_state *endpoint, const struct story_claim *claim)
{
    struct story_endpoint *told = &endpoint->told;
    uint32_t number = endpoint->claims_kept++;
    struct story_claim *place = NULL;
    if (number < MOST_CLAIMS) {
        place = make_room(endpoint);
    } else {
        place =
            &told->claims[STORY_FIRST_CLAIMS + (number - STORY_FIRST_CLAIMS) % STORY_LAST_CLAIMS];
        free(place->events);
        told->claims_left_out++;
    }
    *place = *claim;
    place->events = allocate(claim->event_count + 1, sizeof(*place->events));
    memcpy(place->events, claim->events, claim->event_count * sizeof(*place->events));
}

static int compare_claims(const void *left, const void *right)
{
    const struct story_claim *first = left;
    const struct story_claim *second = right;
    if (first->start_ms != second->start_ms)
        return first->start_ms < second->start_ms ? -1 : 1;
    return (first->pid > second->pid) - (first->pid < second->pid);
}

/* ---- endpoints ---- */

static struct endpoint_state *state_of(struct story_endpoint *told)
{
    return (struct endpoint_state *)told;
}

static struct endpoint_state *add_endpoint(struct story_state *state, const struct record *record)
{
    struct story *told = &state->told;
    if (told->endpoint_count == STORY_ENDPOINTS)
        return NULL;
    struct endpoint_state *endpoint = allocate(1, sizeof(*endpoint));
    endpoint->by_itself = samples_new();
    endpoint->to_win = samples_new();
    endpoint->told.endpoint = names_keep(state->names, record->endpoint);
    endpoint->told.protocol = names_keep(state->names, record->protocol);
    endpoint->told.port = record->port;
    endpoint->told.first_ms = record->time_ms;
    told->endpoints[told->endpoint_count++] = &endpoint->told;
    return endpoint;
}

static struct endpoint_state *find_endpoint(struct story_state *state, const struct record *record)
{
    for (uint32_t index = 0; index < state->told.endpoint_count; index++) {
        struct story_endpoint *told = state->told.endpoints[index];
        if (strcmp(told->endpoint, record->endpoint) == 0)
            return state_of(told);
    }
    return add_endpoint(state, record);
}

/* ---- warnings ---- */

static void count_warning(struct story_state *state, const char *message)
{
    struct story *told = &state->told;
    uint32_t index = 0;
    while (index < told->warning_count && strcmp(told->warnings[index].message, message) != 0)
        index++;
    if (index >= STORY_WARNINGS - 1) {
        index = STORY_WARNINGS - 1;
        message = "(further warnings, each of other words)";
    }
    if (index >= told->warning_count) {
        told->warning_count = index + 1;
        told->warnings[index].message = names_keep(state->names, message);
    }
    told->warnings[index].count++;
}

/* ---- the whole ---- */

void story_add(struct story *story, const struct record *record)
{
    struct story_state *state = (struct story_state *)story;
    story->events++;
    if (record->kind == EVENT_WARNING)
        count_warning(state, record->message);
    if (record->endpoint[0] == '\0')
        return;
    struct endpoint_state *endpoint = find_endpoint(state, record);
    if (endpoint == NULL) {
        story->events_elsewhere++;
        return;
    }
    if (record->time_ms > endpoint->told.last_ms)
        endpoint->told.last_ms = record->time_ms;
    if (record->time_ms < endpoint->told.first_ms)
        endpoint->told.first_ms = record->time_ms;
    story_claims_add(endpoint, state->names, record);
}

static struct story_times times_of(struct samples *samples)
{
    return (struct story_times){samples_count(samples), samples_median(samples),
                                samples_most(samples)};
}

void story_end(struct story *story)
{
    for (uint32_t index = 0; index < story->endpoint_count; index++) {
        struct story_endpoint *told = story->endpoints[index];
        struct endpoint_state *endpoint = state_of(told);
        story_claims_end(endpoint);
        told->by_itself = times_of(endpoint->by_itself);
        told->to_win = times_of(endpoint->to_win);
        if (told->claim_count > 0)
            qsort(told->claims, told->claim_count, sizeof(told->claims[0]), compare_claims);
    }
}

static void free_endpoint(struct endpoint_state *endpoint)
{
    for (uint32_t index = 0; index < endpoint->told.claim_count; index++)
        free(endpoint->told.claims[index].events);
    free(endpoint->told.claims);
    samples_free(endpoint->by_itself);
    samples_free(endpoint->to_win);
    free(endpoint);
}

void story_free(struct story *story)
{
    struct story_state *state = (struct story_state *)story;
    for (uint32_t index = 0; index < story->endpoint_count; index++)
        free_endpoint(state_of(story->endpoints[index]));
    names_free(state->names);
    free(state);
}
