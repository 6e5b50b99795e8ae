/* The claims of an endpoint, by time: the first and the last ones. */
#include "story_state.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLAIMS = STORY_FIRST_CLAIMS + STORY_LAST_CLAIMS, FIRST_ROOM = 16, FAILED = 2 };

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
void story_timeline_add(struct endpoint_state *endpoint, const struct story_claim *claim)
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
    place->events = calloc(claim->event_count + 1, sizeof(*place->events));
    if (place->events == NULL)
        err(FAILED, "portclaim explain");
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

void story_timeline_end(struct endpoint_state *endpoint)
{
    struct story_endpoint *told = &endpoint->told;
    if (told->claim_count > 0)
        qsort(told->claims, told->claim_count, sizeof(told->claims[0]), compare_claims);
}

void story_timeline_free(struct endpoint_state *endpoint)
{
    for (uint32_t index = 0; index < endpoint->told.claim_count; index++)
        free(endpoint->told.claims[index].events);
    free(endpoint->told.claims);
}
