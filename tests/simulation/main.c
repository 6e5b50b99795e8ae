/*
 * simulate: runs many schedules of the real core against made-up worlds; prints TAP.
 *
 *     simulate [--schedules N] [--seed S] [--until-broken] [--verbose]
 */
#include "schedule.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    DEFAULT_SCHEDULES = 20000,
    ENOUGH_SCHEDULES = 5000, /* so many reach everything that schedules can reach */
    MOST_SCENES = 32,
    SHOWN_PROBLEMS = 3, /* per scene */
};

struct options {
    uint64_t schedules;
    uint64_t seed;
    bool until_broken; /* the first broken schedule is the last */
    bool verbose;
};

/* How often something happened, to see that the schedules are about something. */
struct tally {
    uint64_t played[MOST_SCENES];
    uint64_t broken[MOST_SCENES];
    uint64_t won;
    uint64_t lost;
    uint64_t failed;
    uint64_t asked;
    uint64_t forced;
    uint64_t gone;
    uint64_t refused;
    uint64_t took_port;
    uint64_t lines;
};

static void die(const char *message)
{
    fprintf(stderr,
            "simulate: %s\nusage: simulate [--schedules N] [--seed S] [--until-broken] "
            "[--verbose]\n",
            message);
    exit(2);
}

static uint64_t read_number(const char *string)
{
    char *end = NULL;
    if (string == NULL)
        die("a number is missing");
    uint64_t number = strtoull(string, &end, 0);
    if (end == string || *end != '\0')
        die("not a number");
    return number;
}

static uint64_t random_seed(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return dice_seed((uint64_t)now.tv_nsec, (uint64_t)now.tv_sec + (uint64_t)getpid());
}

static struct options read_options(char **arguments)
{
    struct options options = {.schedules = DEFAULT_SCHEDULES, .seed = random_seed()};
    for (char **next = arguments + 1; *next != NULL; next++) {
        if (strcmp(*next, "--verbose") == 0)
            options.verbose = true;
        else if (strcmp(*next, "--until-broken") == 0)
            options.until_broken = true;
        else if (strcmp(*next, "--schedules") == 0)
            options.schedules = read_number(*++next);
        else if (strcmp(*next, "--seed") == 0)
            options.seed = read_number(*++next);
        else
            die("unknown option");
    }
    return options;
}

static uint64_t count_bits(uint32_t bits)
{
    return (uint64_t)__builtin_popcount(bits);
}

static void count(struct tally *tally, const struct schedule *schedule)
{
    const struct watch *watch = &schedule->watch;
    const struct world *world = &schedule->world;
    tally->won += watch->last_attempt == ATTEMPT_DONE && watch->attempted ? 1 : 0;
    tally->lost += watch->last_attempt == ATTEMPT_BUSY ? 1 : 0;
    tally->failed += watch->last_attempt == ATTEMPT_FAILED ? 1 : 0;
    tally->asked += count_bits(watch->sent);
    tally->forced += count_bits(watch->forced);
    tally->gone += count_bits(watch->gone);
    tally->refused += count_bits(watch->tried & ~(watch->sent | watch->gone));
    tally->took_port += world->rival != NOBODY && world->actors[world->rival].took_port ? 1 : 0;
    tally->lines += watch->lines;
}

static void show_problem(const struct schedule *schedule, uint32_t scene, const char *program)
{
    printf("# %s\n#   broken: %s\n#   replay: %s --seed %" PRIu64 " --schedules 1 --verbose\n",
           scenes[scene].name, schedule->watch.problem, program, schedule->seed);
}

static void play_all(const struct options *options, struct tally *tally, const char *program)
{
    /* A claim is 400 KiB of memory that its caller need not set up, whatever was there before. */
    static struct schedule schedule;
    static struct claim claim;
    memset(&claim, 0xa5, sizeof(claim));
    for (uint64_t index = 0; index < options->schedules; index++) {
        uint64_t seed = dice_seed(options->seed, index);
        uint32_t scene = schedule_scene(seed);
        tally->played[scene]++;
        bool held = schedule_run(&schedule, &claim, seed, options->verbose);
        count(tally, &schedule);
        if (!held && tally->broken[scene]++ < SHOWN_PROBLEMS)
            show_problem(&schedule, scene, program);
        if (!held && options->until_broken)
            return;
    }
}

static bool is_telling(const struct tally *tally)
{
    return tally->won > 0 && tally->lost > 0 && tally->failed > 0 && tally->asked > 0 &&
           tally->forced > 0 && tally->gone > 0 && tally->refused > 0 && tally->took_port > 0 &&
           tally->lines > 0;
}

static void show_tally(const struct tally *tally)
{
    printf("# won %" PRIu64 ", lost %" PRIu64 ", failed %" PRIu64 "; asked %" PRIu64
           ", forced %" PRIu64 ", gone %" PRIu64 ", refused %" PRIu64 "; rivals that took the port "
           "%" PRIu64 "; lines %" PRIu64 "\n",
           tally->won, tally->lost, tally->failed, tally->asked, tally->forced, tally->gone,
           tally->refused, tally->took_port, tally->lines);
}

/* One test point for each scene, then one for whether they show anything at all. */
static bool print_results(const struct options *options, const struct tally *tally)
{
    bool passed = true;
    for (uint32_t scene = 0; scene < scene_count; scene++) {
        bool held = tally->broken[scene] == 0;
        const char *skip = tally->played[scene] == 0 ? " # skip no schedule of it" : "";
        passed = passed && held;
        printf("%s %" PRIu32 " - %s%s\n", held ? "ok" : "not ok", scene + 1, scenes[scene].name,
               skip);
        if (!held)
            printf("# %" PRIu64 " of %" PRIu64 " schedules broke an invariant\n",
                   tally->broken[scene], tally->played[scene]);
    }
    bool enough = options->schedules >= ENOUGH_SCHEDULES;
    bool telling = !enough || is_telling(tally);
    printf("%s %" PRIu32 " - the schedules reach every outcome%s\n", telling ? "ok" : "not ok",
           scene_count + 1, enough ? "" : " # skip too few schedules");
    return passed && telling;
}

int main(int count_of_arguments, char **arguments)
{
    static struct tally tally;
    (void)count_of_arguments;
    struct options options = read_options(arguments);
    printf("1..%" PRIu32 "\n", scene_count + 1);
    printf("# %" PRIu64 " schedules, seed %" PRIu64 "\n", options.schedules, options.seed);
    play_all(&options, &tally, arguments[0]);
    show_tally(&tally);
    return print_results(&options, &tally) ? 0 : 1;
}
