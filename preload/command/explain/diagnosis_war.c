/* Two services that stop each other, or one that is started over and over. */
#include "advice.h"
#include "cure.h"
#include "diagnosis_words.h"

#include "core/evidence.h"

#include <inttypes.h>
#include <string.h>

static const char *label_of(const struct story_endpoint *endpoint, int party)
{
    return endpoint->parties[party].label;
}

static void say_kills(struct wording *words, const struct story_endpoint *endpoint,
                      const struct story_pair *pair)
{
    wording_add_name(words, label_of(endpoint, pair->killer));
    wording_add(words, " stopped ");
    wording_add_name(words, label_of(endpoint, pair->victim));
    wording_add(words, " ");
    wording_add_count(words, pair->kills, "time");
}

static void say_limit(struct wording *words, const struct story_war *war)
{
    wording_add(words, "PORTCLAIM_LIMIT held %" PRIu32 " of the starts back, after ", war->claims);
    wording_add_count(words, war->kills, "kill");
    wording_add(words, " in %" PRIu32 " s", war->window_s);
    if (war->killer[0] != '\0' && war->victim[0] != '\0') {
        wording_add(words, "; the last of them: ");
        wording_add_name(words, war->killer);
        wording_add(words, " (PID %" PRId32 ") stopped ", war->killer_pid);
        wording_add_name(words, war->victim);
        wording_add(words, " (PID %" PRId32 ")", war->victim_pid);
    }
    wording_add(words, ".");
}

/* Two names, one of which has to go; "" where the record has none. */
struct sides {
    const char *one;
    const char *other;
    enum evidence evidence;
};

static struct sides sides_of(const struct story_endpoint *endpoint, const struct couple *couple)
{
    if (couple->there != NULL)
        return (struct sides){label_of(endpoint, couple->there->killer),
                              label_of(endpoint, couple->there->victim), couple->there->evidence};
    return (struct sides){endpoint->war.killer, endpoint->war.victim, EVIDENCE_NONE};
}

static void cure_by_label(struct cause *cause, const struct story_endpoint *endpoint,
                          const struct sides *sides)
{
    const struct advice *advice = advice_for(endpoint);
    bool by_rule = sides->evidence == EVIDENCE_RULE || sides->evidence == EVIDENCE_ANY;
    char one[RECORD_STRING_SIZE];
    char other[RECORD_STRING_SIZE];
    if (by_rule)
        cure_add(cause, "if they are different services: narrow PORTCLAIM_MATCH, whose rule takes "
                        "one for the other, and give one of them another port");
    else
        cure_add(cause, "if they are different services: labels that differ keep them from "
                        "stopping each other; each still needs a port of its own");
    cure_label(sides->one, one, sizeof(one));
    cure_label(sides->other, other, sizeof(other));
    if (by_rule || !cure_is_plain(one) || !cure_is_plain(other) || strcmp(one, other) == 0)
        return;
    if (cure_is_service(sides->one) && cure_is_service(sides->other))
        cure_lines(cause,
                   "# systemctl edit %s\n[Service]\nEnvironment=PORTCLAIM_SERVICE=%s\n"
                   "# systemctl edit %s\n[Service]\nEnvironment=PORTCLAIM_SERVICE=%s",
                   sides->one, one, sides->other, other);
    else
        cure_lines(cause,
                   "%sfor the one\n%sPORTCLAIM_SERVICE=%s\n%sfor the other\n%sPORTCLAIM_SERVICE=%s",
                   advice->remark, advice->setting, one, advice->remark, advice->setting, other);
}

/* Not in one block: who copies that would disable both. */
static void cure_between_two(struct cause *cause, const struct story_endpoint *endpoint,
                             const struct sides *sides)
{
    int32_t killer = endpoint->war.killer_pid;
    if (killer == 0 && endpoint->pair_count > 0)
        killer = endpoint->pairs[0].killer_pid;
    if (cure_is_service(sides->one) && cure_is_service(sides->other)) {
        cure_add(cause, "keep one of the two, and disable the other: either this one");
        cure_lines(cause, "systemctl disable --now %s", sides->one);
        cure_add(cause, "or this one");
        cure_lines(cause, "systemctl disable --now %s", sides->other);
    } else {
        advice_for(endpoint)->between_two(cause, killer);
    }
    cure_add(cause, "or give one of them another port than %u", endpoint->port);
    cure_by_label(cause, endpoint, sides);
}

/* One unit against itself is one that is restarted faster than the limit allows. */
static void cure_of_itself(struct cause *cause, const struct story_endpoint *endpoint,
                           struct wording *words)
{
    wording_add(words,
                " Both sides are the same unit: it is started again and again while its last "
                "instance still serves.");
    cure_add(cause, "find out what restarts it (a timer, a deployment, a second supervisor "
                    "inside it)");
    if (cure_is_service(endpoint->war.killer))
        cure_lines(cause, "journalctl -u %s\nsystemctl show -p NRestarts %s", endpoint->war.killer,
                   endpoint->war.killer);
}

/* Without units nobody can tell, and one that restarts is the more frequent of the two. */
static void cure_of_namesakes(struct cause *cause, struct wording *words)
{
    wording_add(words,
                " Both sides have one name: it may be one service that is started again and again "
                "while its last instance still serves, or two that fight over the port.");
    cure_add(cause, "if it is one service: find out what restarts it (a timer, a scheduled task, a "
                    "deployment, a second supervisor)");
}

static void say_fight(struct wording *words, const struct story_endpoint *endpoint,
                      const struct couple *couple)
{
    const char *victim = label_of(endpoint, couple->there->victim);
    wording_add(words, "Two services fight over the port: ");
    say_kills(words, endpoint, couple->there);
    if (couple->back != NULL) {
        wording_add(words, ", and ");
        say_kills(words, endpoint, couple->back);
        wording_add(words, ". Each takes the other for an earlier instance of itself (%s).",
                    evidence_words(couple->there->evidence));
        return;
    }
    wording_add(words,
                ", and each time it was there again. The one takes the other for an earlier "
                "instance of itself (%s). What ",
                evidence_words(couple->there->evidence));
    wording_add_name(words, victim);
    wording_add(words, " did is not in this record: where it has one too, explain both together.");
}

void say_kill_war(struct cause *cause, const struct story_endpoint *endpoint,
                  const struct couple *couple)
{
    struct wording words = {0};
    struct sides sides = sides_of(endpoint, couple);
    bool namesakes = sides.one[0] != '\0' && strcmp(sides.one, sides.other) == 0;
    bool itself = namesakes && cure_is_service(sides.one);
    if (couple->there != NULL) {
        say_fight(&words, endpoint, couple);
        wording_add(&words, "%s", endpoint->war.claims > 0 ? " " : "");
    } else if (!namesakes && sides.one[0] != '\0') {
        wording_add(&words, "Two services fight over the port, each stopping the other. ");
    }
    if (endpoint->war.claims > 0)
        say_limit(&words, &endpoint->war);
    if (itself) {
        cure_of_itself(cause, endpoint, &words);
    } else {
        if (namesakes)
            cure_of_namesakes(cause, &words);
        cure_between_two(cause, endpoint, &sides);
    }
    cause->words = wording_end(&words);
}
