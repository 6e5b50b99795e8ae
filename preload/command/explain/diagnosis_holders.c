/* Who stands in the way and cannot be stopped, and what is in the way though nobody is. */
#include "diagnosis_words.h"

#include "advice.h"
#include "command/wording.h"
#include "cure.h"

#include "core/evidence.h"

#include <inttypes.h>
#include <string.h>

/* "another program: "nginx" (...) in 3 starts." for each kind of evidence that was seen */
static void say_sightings(struct wording *words, const struct story_endpoint *endpoint,
                          const enum evidence *evidences, size_t count)
{
    const char *before = "";
    for (size_t index = 0; index < count; index++) {
        const struct story_sighting *sighting = &endpoint->sightings[evidences[index]];
        if (sighting->tally.claims == 0)
            continue;
        wording_add(words, "%s", before);
        say_holders(words, endpoint, sighting);
        wording_add(words, ": %s.", evidence_words(evidences[index]));
        before = " ";
    }
}

static const struct story_sighting *most_sighted(const struct story_endpoint *endpoint,
                                                 const enum evidence *evidences, size_t count,
                                                 enum evidence *which)
{
    *which = evidences[0];
    for (size_t index = 1; index < count; index++) {
        if (endpoint->sightings[evidences[index]].tally.claims >
            endpoint->sightings[*which].tally.claims)
            *which = evidences[index];
    }
    return &endpoint->sightings[*which];
}

/* ---- another service ---- */

static const enum evidence foreign[] = {EVIDENCE_OTHER_PROGRAM,   EVIDENCE_OTHER_USER,
                                        EVIDENCE_OTHER_SERVICE,   EVIDENCE_OTHER_SCRIPT,
                                        EVIDENCE_OTHER_ARGUMENTS, EVIDENCE_NOT_NAMED};
enum { FOREIGN = sizeof(foreign) / sizeof(foreign[0]) };

static const struct story_holder *most_seen(const struct story_sighting *sighting)
{
    const struct story_holder *most = &sighting->who[0];
    for (uint32_t index = 1; index < sighting->who_count; index++) {
        if (sighting->who[index].claims > most->claims)
            most = &sighting->who[index];
    }
    return most;
}

/* Was the holder itself among those that found the port taken? */
static const struct story_party *find_rival(const struct story_endpoint *endpoint,
                                            const struct story_holder *holder)
{
    const char *label = holder->unit[0] != '\0' ? holder->unit : holder->name;
    for (uint32_t index = 0; index < endpoint->party_count; index++) {
        const struct story_party *party = &endpoint->parties[index];
        if (party->starts > 0 && party->starts < endpoint->starts &&
            strcmp(party->label, label) == 0)
            return party;
    }
    return NULL;
}

static void cure_foreign(struct cause *cause, const struct story_endpoint *endpoint,
                         const struct story_holder *holder, enum evidence evidence)
{
    char label[RECORD_STRING_SIZE];
    advice_for(endpoint)->foreign(cause, endpoint, holder, evidence);
    cure_add(cause, "or choose another port than %u for one of the two", endpoint->port);
    if (evidence == EVIDENCE_OTHER_USER)
        return;
    if (evidence == EVIDENCE_NOT_NAMED) {
        cure_add(cause, "%s", evidence_advice(evidence));
        return;
    }
    cure_add(cause, "%s",
             evidence == EVIDENCE_OTHER_SERVICE
                 ? "if it is an earlier instance after all: the same PORTCLAIM_SERVICE "
                   "for both, for they have labels that differ"
                 : "if it is an earlier instance of the same service: start both with "
                   "the same label");
    cure_own_label(endpoint, label, sizeof(label));
    cure_setting(cause, endpoint, "PORTCLAIM_SERVICE=%s", label);
}

void say_foreign(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    enum evidence evidence;
    const struct story_sighting *sighting = most_sighted(endpoint, foreign, FOREIGN, &evidence);
    const struct story_holder *holder = most_seen(sighting);
    const struct story_party *rival = find_rival(endpoint, holder);
    wording_add(&words, "The port was held by somebody who is no earlier instance, and who is "
                        "therefore never stopped: ");
    say_sightings(&words, endpoint, foreign, FOREIGN);
    if (rival != NULL) {
        wording_add(&words, " It goes both ways: ");
        wording_add_name(&words, rival->label);
        wording_add(&words, " found the port taken at ");
        wording_add_count(&words, rival->starts, "start");
        wording_add(&words, " of its own. Two services want one port.");
    }
    cause->words = wording_end(&words);
    cure_foreign(cause, endpoint, holder, evidence);
}

/* ---- those that are never signalled ---- */

void say_ancestor(struct cause *cause, const struct story_endpoint *endpoint)
{
    static const enum evidence ancestors[] = {EVIDENCE_ANCESTOR, EVIDENCE_INIT};
    enum evidence evidence;
    struct wording words = {0};
    wording_add(&words, "The port is held by a process above the one that starts, which is never "
                        "stopped: ");
    say_sightings(&words, endpoint, ancestors, sizeof(ancestors) / sizeof(ancestors[0]));
    cause->words = wording_end(&words);
    most_sighted(endpoint, ancestors, sizeof(ancestors) / sizeof(ancestors[0]), &evidence);
    cure_add(cause, "%s", evidence_advice(evidence));
    cure_add(cause, "if the parent only inherited the socket, let it close it before it starts the "
                    "child; if the child is to serve on the parent's socket, let it not bind");
}

void say_protected(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words, "PORTCLAIM_PROTECT names who holds the port: ");
    say_holders(&words, endpoint, &endpoint->sightings[EVIDENCE_PROTECTED]);
    wording_add(&words, ".");
    cause->words = wording_end(&words);
    cure_add(cause, "%s", evidence_advice(EVIDENCE_PROTECTED));
}

void say_essential(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words,
                "The port is held by a service, or by a process that the system needs, which "
                "is never stopped: ");
    say_holders(&words, endpoint, &endpoint->sightings[EVIDENCE_ESSENTIAL]);
    wording_add(&words, ".");
    cause->words = wording_end(&words);
    advice_for(endpoint)->essential(cause, endpoint);
    cure_add(cause, "or choose another port than %u", endpoint->port);
}

void say_together(struct cause *cause, const struct story_endpoint *endpoint)
{
    static const enum evidence together[] = {EVIDENCE_YOUNGER, EVIDENCE_TOOK_PORT,
                                             EVIDENCE_SIBLING};
    enum evidence evidence;
    struct wording words = {0};
    wording_add(&words, "Two instances were started at about the same time, and the other one got "
                        "the port: ");
    say_sightings(&words, endpoint, together, sizeof(together) / sizeof(together[0]));
    cause->words = wording_end(&words);
    most_sighted(endpoint, together, sizeof(together) / sizeof(together[0]), &evidence);
    advice_for(endpoint)->together(cause, endpoint);
    if (evidence == EVIDENCE_SIBLING)
        advice_for(endpoint)->siblings(cause, endpoint);
}

void say_client(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words,
                "No server held the port, but an outgoing connection to which the kernel "
                "gave %u as its own port: ",
                endpoint->port);
    say_holders(&words, endpoint, &endpoint->sightings[EVIDENCE_CONNECTION]);
    wording_add(&words, ".");
    cause->words = wording_end(&words);
    advice_for(endpoint)->client(cause, endpoint);
}

void say_hidden(struct cause *cause, const struct story_endpoint *endpoint)
{
    static const enum evidence hidden[] = {EVIDENCE_NONE, EVIDENCE_INVISIBLE, EVIDENCE_UNREADABLE,
                                           EVIDENCE_NO_LINEAGE};
    struct wording words = {0};
    wording_add(&words, "The socket was seen, but not enough of its process to tell whether it is "
                        "an earlier instance, so nobody was stopped: ");
    say_sightings(&words, endpoint, hidden, sizeof(hidden) / sizeof(hidden[0]));
    cause->words = wording_end(&words);
    advice_for(endpoint)->hidden(cause, endpoint);
}

/* It may well be visible, and an earlier instance. */
void say_cut_short(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words, "In ");
    wording_add_count(&words, endpoint->sightings[EVIDENCE_CUT_SHORT].tally.claims, "start");
    wording_add(&words, " the time was over before the holder's process was found, so nobody was "
                        "stopped.");
    cause->words = wording_end(&words);
    cure_add(cause, "more time for a busy machine, or for one with very many processes");
    cure_longer_wait(cause, endpoint);
    cure_add(cause, "see who it is");
    cure_lines(cause, "portclaim who %s:%u", endpoint->protocol, endpoint->port);
}

void say_ending(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words, "The holder was ending already, and a process gives back its memory before "
                        "it closes its sockets: ");
    say_holders(&words, endpoint, &endpoint->sightings[EVIDENCE_ENDING]);
    wording_add(&words, ".");
    cause->words = wording_end(&words);
    cure_add(cause, "more time for the kernel to take a large process apart");
    cure_longer_wait(cause, endpoint);
}

void say_denied(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words, "%s in ", advice_for(endpoint)->denied);
    wording_add_count(&words, endpoint->actions[ACTION_DENIED].claims, "start");
    wording_add(&words, ": %s.", advice_for(endpoint)->denied_since);
    cause->words = wording_end(&words);
    advice_for(endpoint)->denying(cause, endpoint);
}

void say_unsafe(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words, "In ");
    wording_add_count(&words, endpoint->actions[ACTION_FAILED].claims, "start");
    wording_add(&words, " %s.", advice_for(endpoint)->unsafe);
    cause->words = wording_end(&words);
    advice_for(endpoint)->failing(cause, endpoint);
}

/* ---- nobody ---- */

void say_time_wait(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words, "Nobody held the port, but what closed connections leave behind: up to ");
    wording_add_count(&words, endpoint->most_leftovers, "socket");
    wording_add(&words, " at once, in ");
    wording_add_count(&words, endpoint->lingering.claims, "start");
    wording_add(&words, ", which took up to ");
    wording_add_duration(&words, endpoint->longest_lingering_ms);
    if (endpoint->lingering_closed > 0)
        wording_add(&words, "; in %" PRIu32 " they were closed", endpoint->lingering_closed);
    wording_add(&words, ". They block a start only %s.", advice_for(endpoint)->lingering);
    cause->words = wording_end(&words);
    advice_for(endpoint)->time_wait(cause, endpoint);
}

void say_left_path(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words, "Nobody was bound to the path, but a server that was killed left it there: "
                        "in ");
    wording_add_count(&words, endpoint->lingering.claims, "start");
    if (endpoint->lingering_closed > 0)
        wording_add(&words, ", of which portclaim removed it in %" PRIu32,
                    endpoint->lingering_closed);
    wording_add(&words, ". Otherwise it was not permitted, or a dry run.");
    cause->words = wording_end(&words);
    cure_add(cause, "let every start of the service go through portclaim, which removes it:");
    cure_setting(cause, endpoint, "PORTCLAIM_UNIX=on");
    cure_add(cause, "where the directory belongs to another user: give the service one of its own "
                    "(RuntimeDirectory= of the unit)");
}

void say_not_found(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add_count(&words, endpoint->unseen.claims, "start");
    wording_add(&words,
                " did not get the port, and nobody was seen in the way: the look-up has gaps there "
                "(see the warnings), or %s.",
                advice_for(endpoint)->not_found);
    cause->words = wording_end(&words);
    advice_for(endpoint)->not_finding(cause, endpoint);
}

void say_untouched(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words, "In ");
    wording_add_count(&words, endpoint->untouched.claims, "start");
    wording_add(&words, " an earlier instance held the port and was not asked to stop: another "
                        "starter was about to do that (two were started at once), or the look-up "
                        "had gaps (see the warnings).");
    cause->words = wording_end(&words);
    advice_for(endpoint)->untouched(cause, endpoint);
}

void say_dry_run(struct cause *cause, const struct story_endpoint *endpoint)
{
    struct wording words = {0};
    wording_add(&words,
                "portclaim only looked (PORTCLAIM=dry-run). Turned on it would have asked the "
                "old instance to stop in ");
    wording_add_count(&words, endpoint->actions[ACTION_WOULD_ASK].claims, "start");
    wording_add(&words, " of %" PRIu32 ", and the service would have had its port.",
                endpoint->starts);
    cause->words = wording_end(&words);
    cure_add(cause, "turn it on");
    cure_setting(cause, endpoint, "PORTCLAIM=on");
}
