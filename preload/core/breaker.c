#include "breaker.h"

#include <string.h>

enum { MS_PER_S = 1000 };

/* The memory comes from a file: its count is not trusted. */
static uint32_t count_of(const struct breaker_memory *memory)
{
    return memory->count < BREAKER_RECORDS ? memory->count : BREAKER_RECORDS;
}

uint32_t breaker_recent(const struct breaker_memory *memory, uint64_t now_ms, uint32_t window_s)
{
    const uint64_t window_ms = (uint64_t)window_s * MS_PER_S;
    uint32_t recent = 0;
    for (uint32_t index = 0; index < count_of(memory); index++) {
        uint64_t time_ms = memory->records[index].time_ms;
        if (time_ms <= now_ms && now_ms - time_ms < window_ms)
            recent++;
    }
    return recent;
}

bool breaker_allows(const struct breaker_memory *memory, uint64_t now_ms, uint32_t limit,
                    uint32_t window_s)
{
    return window_s == 0 || breaker_recent(memory, now_ms, window_s) < limit;
}

void breaker_add(struct breaker_memory *memory, const struct breaker_record *record)
{
    uint32_t count = count_of(memory);
    if (count == BREAKER_RECORDS) {
        count--;
        memmove(&memory->records[0], &memory->records[1], count * sizeof(memory->records[0]));
    }
    memory->records[count] = *record;
    memory->count = count + 1;
}

/* The start time as well as the PID: another process may have that number by now. */
bool breaker_took_over_since(const struct breaker_memory *memory, int32_t pid, uint64_t start_ms,
                             uint64_t since_ms)
{
    for (uint32_t index = 0; index < count_of(memory); index++) {
        const struct breaker_record *record = &memory->records[index];
        if (record->killer == pid && record->killer_start_ms == start_ms &&
            record->time_ms >= since_ms)
            return true;
    }
    return false;
}
