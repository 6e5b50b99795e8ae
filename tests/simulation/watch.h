/*
 * watch: the invariants. The host tells it of every call of the core, before the call has its
 * effect; the first broken invariant ends the schedule.
 *
 * The budget is wait_ms, and term_ms + kill_ms + wait_ms once somebody was signalled. No sleep may
 * reach beyond it. So a claim exceeds it by host calls alone: by the one that was under way when it
 * ended, and by at most MOST_CALLS_AFTER_BUDGET that begin later, among them no more than
 * MOST_LOOKS_AFTER_BUDGET looks of LEAST_LOOK_MS and one attempt.
 */
#ifndef SIMULATION_WATCH_H
#define SIMULATION_WATCH_H

#include "core/claim.h"
#include "world.h"

enum { WATCH_PROBLEM_SIZE = 320 };

/* What the latest look showed the core, in terms of the truth. */
struct shown {
    bool any;
    bool complete;
    bool self_readable;
    bool self_in_the_way;
    bool hopeless; /* there is somebody who must not be signalled and goes with nobody */
    bool ending;   /* there is somebody whose end has begun */
    uint64_t at_ms;
    uint32_t actors; /* a bit for each that was shown to hold a socket in the way */
};

struct watch {
    uint64_t started_ms;
    uint64_t finished_ms;
    struct shown shown;

    uint32_t calls_without_time;
    uint32_t calls_after_budget;
    uint32_t looks;
    uint32_t looks_without_sleep;
    uint32_t looks_while_free;
    uint32_t looks_after_budget;
    uint64_t called_at_ms;
    uint64_t slept_ms; /* while the latest look showed nobody who is ending */
    uint64_t slept_while_free_ms;

    bool attempted;
    bool attempted_after_look; /* the very first may come before the first look */
    enum attempt last_attempt;
    uint64_t last_attempt_ms;

    uint32_t tried;  /* a bit for each actor whom the core asked to stop, with or without success */
    uint32_t sent;   /* ... whom the asking signal reached */
    uint32_t gone;   /* ... who had ended before */
    uint32_t forced; /* ... who was sent SIGKILL */
    uint32_t unaskable; /* ... who takes no asking signal, and need not have had time to end */
    uint64_t asked_at_ms[WORLD_ACTORS];

    bool locked;
    bool had_lock;
    bool lock_refused;
    bool breaker_open; /* at the latest recall */
    uint32_t remembered;
    int open_handles;
    uint32_t lines;

    char problem[WATCH_PROBLEM_SIZE]; /* "": none */
};

struct schedule;

/* Notes the problem and ends the schedule. */
__attribute__((noreturn, format(printf, 2, 3))) void watch_fail(struct schedule *schedule,
                                                                const char *format, ...);

void watch_start(struct schedule *schedule);
void watch_call(struct schedule *schedule);
void watch_look(struct schedule *schedule, uint64_t deadline_ms);
void watch_shown(struct schedule *schedule, const struct shown *shown);
void watch_attempt(struct schedule *schedule);
void watch_stop(struct schedule *schedule, int actor, enum stop how);
void watch_delivery(struct schedule *schedule, int actor, enum stop how, enum delivery delivery);
void watch_wait(struct schedule *schedule, uint64_t milliseconds);
void watch_slept(struct schedule *schedule, uint64_t since_ms, bool somebody_ended);
void watch_recall(struct schedule *schedule);
void watch_remember(struct schedule *schedule, const struct breaker_memory *memory);
void watch_act(struct schedule *schedule, const char *what);
void watch_line(struct schedule *schedule, const char *line, size_t length);
void watch_end(struct schedule *schedule, enum claim_result result);

#endif
