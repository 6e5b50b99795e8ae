/* The module breaker: how many kills an endpoint may see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/breaker.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MS_PER_S = 1000, NOW_MS = 1000000, WINDOW_S = 60, WINDOW_MS = WINDOW_S * MS_PER_S };

static int make_memory(void **state)
{
    *state = calloc(1, sizeof(struct breaker_memory));
    return *state == NULL ? -1 : 0;
}

static int free_memory(void **state)
{
    free(*state);
    return 0;
}

static struct breaker_record record_at(uint64_t time_ms, int32_t killer)
{
    struct breaker_record record = {
        .time_ms = time_ms,
        .killer = killer,
        .victim = killer - 1,
        .killer_start_ms = time_ms - 1,
        .killer_name = "new.service",
        .victim_name = "old.service",
    };
    return record;
}

static void add_at(struct breaker_memory *memory, uint64_t time_ms, int32_t killer)
{
    struct breaker_record record = record_at(time_ms, killer);
    breaker_add(memory, &record);
}

static void an_empty_memory_allows(void **state)
{
    const struct breaker_memory *memory = *state;
    assert_int_equal(breaker_recent(memory, NOW_MS, WINDOW_S), 0);
    assert_true(breaker_allows(memory, NOW_MS, 1, WINDOW_S));
    assert_false(breaker_allows(memory, NOW_MS, 0, WINDOW_S)); /* a limit of none at all */
    assert_false(breaker_took_over_since(memory, 1, 0, 0));
}

static void opens_at_the_limit(void **state)
{
    struct breaker_memory *memory = *state;
    const uint32_t limit = 10;
    for (uint32_t kills = 0; kills < limit; kills++) {
        assert_true(breaker_allows(memory, NOW_MS, limit, WINDOW_S));
        add_at(memory, NOW_MS, 100);
        assert_int_equal(breaker_recent(memory, NOW_MS, WINDOW_S), kills + 1);
    }
    assert_false(breaker_allows(memory, NOW_MS, limit, WINDOW_S));
    assert_true(breaker_allows(memory, NOW_MS, limit + 1, WINDOW_S));
}

static void closes_when_the_window_has_passed(void **state)
{
    static const struct {
        uint64_t time_ms;
        bool recent;
    } rows[] = {
        {NOW_MS, true},
        {NOW_MS - 1, true},
        {NOW_MS - WINDOW_MS + 1, true},
        {NOW_MS - WINDOW_MS, false},
        {NOW_MS - WINDOW_MS - 1, false},
        {0, false},
        {NOW_MS + 1, false}, /* of an earlier boot */
        {UINT64_MAX, false},
    };
    struct breaker_memory *memory = *state;
    for (size_t index = 0; index < COUNT(rows); index++) {
        memory->count = 0;
        add_at(memory, rows[index].time_ms, 100);
        assert_int_equal(breaker_recent(memory, NOW_MS, WINDOW_S), rows[index].recent);
        assert_int_equal(breaker_allows(memory, NOW_MS, 1, WINDOW_S), !rows[index].recent);
    }
}

static void a_window_of_zero_is_no_limit(void **state)
{
    struct breaker_memory *memory = *state;
    for (int kills = 0; kills < BREAKER_RECORDS; kills++)
        add_at(memory, NOW_MS, 100);
    assert_int_equal(breaker_recent(memory, NOW_MS, 0), 0);
    assert_true(breaker_allows(memory, NOW_MS, 0, 0));
    assert_false(breaker_allows(memory, NOW_MS, BREAKER_RECORDS, WINDOW_S));
}

static void the_largest_window_holds_everything(void **state)
{
    struct breaker_memory *memory = *state;
    add_at(memory, 0, 100);
    assert_int_equal(breaker_recent(memory, NOW_MS, UINT32_MAX), 1);
    assert_int_equal(breaker_recent(memory, UINT64_MAX, UINT32_MAX), 0);
}

static void the_oldest_makes_room(void **state)
{
    struct breaker_memory *memory = *state;
    const int32_t more = 5;
    for (int32_t killer = 0; killer < BREAKER_RECORDS + more; killer++)
        add_at(memory, NOW_MS + (uint64_t)killer, killer);
    assert_int_equal(memory->count, BREAKER_RECORDS);
    for (int32_t index = 0; index < BREAKER_RECORDS; index++) {
        struct breaker_record expected = record_at(NOW_MS + (uint64_t)(index + more), index + more);
        assert_memory_equal(&memory->records[index], &expected, sizeof(expected));
    }
}

/* The memory is a file that anything may have been written to. */
static void a_count_beyond_the_records_is_not_believed(void **state)
{
    struct breaker_memory *memory = *state;
    for (int32_t killer = 0; killer < BREAKER_RECORDS; killer++)
        add_at(memory, NOW_MS, killer);
    memory->count = UINT32_MAX;
    assert_int_equal(breaker_recent(memory, NOW_MS, WINDOW_S), BREAKER_RECORDS);
    assert_false(breaker_took_over_since(memory, -1, 0, 0));
    add_at(memory, NOW_MS, 7);
    assert_int_equal(memory->count, BREAKER_RECORDS);
    assert_int_equal(memory->records[BREAKER_RECORDS - 1].killer, 7);
}

static void what_lies_beyond_the_count_is_not_read(void **state)
{
    struct breaker_memory *memory = *state;
    add_at(memory, NOW_MS, 100);
    memory->count = 0;
    assert_int_equal(breaker_recent(memory, NOW_MS, WINDOW_S), 0);
    assert_false(breaker_took_over_since(memory, 100, NOW_MS - 1, 0));
}

static void took_over_means_this_very_process(void **state)
{
    struct breaker_memory *memory = *state;
    add_at(memory, NOW_MS - 500, 99);
    add_at(memory, NOW_MS, 100);
    add_at(memory, NOW_MS + 500, 101);
    const uint64_t start_ms = NOW_MS - 1;
    assert_true(breaker_took_over_since(memory, 100, start_ms, NOW_MS - 1));
    assert_true(breaker_took_over_since(memory, 100, start_ms, NOW_MS));
    assert_false(breaker_took_over_since(memory, 100, start_ms, NOW_MS + 1)); /* before */
    assert_false(breaker_took_over_since(memory, 100, start_ms + 1, 0)); /* the PID's next owner */
    assert_false(breaker_took_over_since(memory, 98, start_ms, 0));      /* its victim */
    assert_true(breaker_took_over_since(memory, 101, NOW_MS + 499, NOW_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"N15 an empty memory allows a kill", an_empty_memory_allows, make_memory, free_memory,
         NULL},
        {"N15 the breaker opens at the limit", opens_at_the_limit, make_memory, free_memory, NULL},
        {"N15 it closes when the window has passed", closes_when_the_window_has_passed, make_memory,
         free_memory, NULL},
        {"N15 a window of zero is no limit", a_window_of_zero_is_no_limit, make_memory, free_memory,
         NULL},
        {"N15 the largest window holds everything", the_largest_window_holds_everything,
         make_memory, free_memory, NULL},
        {"N15 the oldest record makes room", the_oldest_makes_room, make_memory, free_memory, NULL},
        {"N15 a count beyond the records is not believed",
         a_count_beyond_the_records_is_not_believed, make_memory, free_memory, NULL},
        {"what lies beyond the count is not read", what_lies_beyond_the_count_is_not_read,
         make_memory, free_memory, NULL},
        {"N11 whoever took over is known by PID and start", took_over_means_this_very_process,
         make_memory, free_memory, NULL},
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
