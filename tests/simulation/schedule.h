/*
 * schedule: one made-up world, its host's faults, and what must come of a claim in it. Everything
 * about it follows from its seed.
 */
#ifndef SIMULATION_SCHEDULE_H
#define SIMULATION_SCHEDULE_H

#include "core/claim.h"
#include "dice.h"
#include "watch.h"
#include "world.h"

#include <setjmp.h>

enum { SCHEDULE_HANDLES = 2048 };

/* What the host does badly. Times are the most that a call takes. */
struct faults {
    uint32_t look_ms;
    uint32_t look_fails_percent;  /* nothing is read */
    uint32_t look_misses_percent; /* one holder is not read */
    uint32_t look_lags_percent;   /* it takes until its deadline, and more is not read */
    uint32_t first_looks_lag;     /* so many at the beginning */
    uint32_t first_looks_fail;    /* likewise */
    uint32_t call_percent;        /* how often another call takes time at all */
    uint32_t call_ms;
    uint32_t recall_ms;         /* how long the memory takes to arrive after it was read */
    uint32_t interrupt_percent; /* a signal handler ends the wait */
    bool lock_unavailable;
    bool close_permitted; /* to close lingering sockets */
    bool stop_fails;      /* no signal can be sent safely */
    bool self_unreadable; /* the way up to the root is */
    uint64_t fails_at_ms; /* from when on our attempt meets another error than EADDRINUSE */
};

enum expectation { EXPECT_ANYTHING, EXPECT_WON, EXPECT_LOST, EXPECT_FAILED };

/* The programs of one schedule: ours, what else counts as ours, and what does not. */
struct kit {
    const struct program *ours;
    const struct program *same[3];
    uint32_t same_count;
    const struct program *strangers[4];
    uint32_t stranger_count;
};

struct handle {
    int actor;
    bool open;
};

struct schedule {
    uint64_t seed;
    struct dice dice;
    struct world world;
    struct faults faults;
    struct settings settings;
    const struct kit *kit;
    bool labelled; /* our service has a label */
    bool in_unit;  /* our service is a systemd unit */
    enum expectation expectation;

    struct handle handles[SCHEDULE_HANDLES];
    int handle_count;
    struct watch watch;
    jmp_buf problem_found;
};

/* What a group of schedules shows; a test point of its own. */
struct scene {
    const char *name; /* begins with the ids of the requirements that it shows */
    void (*build)(struct schedule *schedule);
};

extern const struct scene scenes[];
extern const uint32_t scene_count;

/* Builds and runs one schedule. False when an invariant broke: schedule->watch.problem says which.
 */
bool schedule_run(struct schedule *schedule, struct claim *claim, uint64_t seed, bool verbose);

/* Which scene a seed plays. */
uint32_t schedule_scene(uint64_t seed);

/* The table of functions for claim_run(), over a schedule that is built. */
struct host host_of(struct schedule *schedule);

/* host.observe; see host.h. */
void look_around(void *context, const struct request *request, uint64_t deadline_ms, bool thorough,
                 struct observation *observation);

#endif
