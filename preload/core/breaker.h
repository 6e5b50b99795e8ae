/*
 * breaker: may this endpoint see another kill now?
 *
 * One kill is one claim that stopped somebody, however many processes its service has. The memory
 * is shared by all processes that claim the endpoint; the host keeps it (linux/state).
 */
#ifndef PORTCLAIM_BREAKER_H
#define PORTCLAIM_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum {
    BREAKER_RECORDS = 64,
    BREAKER_NAME_SIZE = 48,
    BREAKER_ALIGNMENT = 8, /* bytes: also where a uint64_t is content with 4 (i386) */
};

/* Who stopped whom. Names are a unit if there is one, else a program. */
struct breaker_record {
    uint64_t time_ms; /* on the clock of host.now_ms */
    int32_t killer;
    int32_t victim;
    uint64_t killer_start_ms; /* with the PID, which process it was */
    char killer_name[BREAKER_NAME_SIZE];
    char victim_name[BREAKER_NAME_SIZE];
};

struct breaker_memory {
    uint32_t count; /* at most BREAKER_RECORDS; the oldest first */
    _Alignas(BREAKER_ALIGNMENT) struct breaker_record records[BREAKER_RECORDS];
};

/*
 * How many kills lie within the last window_s seconds before now_ms. Records of a later time do not
 * count: they are of an earlier boot, where the clock begins anew with each.
 */
uint32_t breaker_recent(const struct breaker_memory *memory, uint64_t now_ms, uint32_t window_s);

/* True while the number of recent kills is below `limit`. A window of 0 means no limit. */
bool breaker_allows(const struct breaker_memory *memory, uint64_t now_ms, uint32_t limit,
                    uint32_t window_s);

/* Adds a record, dropping the oldest when full. */
void breaker_add(struct breaker_memory *memory, const struct breaker_record *record);

/*
 * Did this process take the endpoint over after `since_ms`? Then it is no leftover to somebody who
 * was started before that moment: of two started together one wins and lives.
 */
bool breaker_took_over_since(const struct breaker_memory *memory, int32_t pid, uint64_t start_ms,
                             uint64_t since_ms);

#endif
