#include "story.h"

#include "story_state.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { FAILED = 2 };

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
    story_system_add(&endpoint->told, record);
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
        story_timeline_end(endpoint);
    }
}

static void free_endpoint(struct endpoint_state *endpoint)
{
    story_timeline_free(endpoint);
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
