/*
 * diagnosis_words: a cause in words, with its cures. For diagnosis.c alone.
 */
#ifndef PORTCLAIM_DIAGNOSIS_WORDS_H
#define PORTCLAIM_DIAGNOSIS_WORDS_H

#include "command/wording.h"
#include "diagnosis.h"

/* Two services that stop each other. */
struct couple {
    const struct story_pair *there; /* NULL: there are none */
    const struct story_pair *back;  /* NULL: the record has one side alone */
};

/* "\"nginx\" (unit nginx.service, /usr/sbin/nginx, user 0, last seen as PID 812)" */
void say_holder(struct wording *words, const struct story_endpoint *endpoint,
                const struct story_holder *holder);

/* All that are known by name, each with the number of its starts. */
void say_holders(struct wording *words, const struct story_endpoint *endpoint,
                 const struct story_sighting *sighting);

/* More than the slowest start that was refused had: a setting for the cure that was added last. */
void cure_longer_wait(struct cause *cause, const struct story_endpoint *endpoint);

/* Each fills in words and cures. */
void say_kill_war(struct cause *cause, const struct story_endpoint *endpoint,
                  const struct couple *couple);
void say_slow(struct cause *cause, const struct story_endpoint *endpoint);
void say_stubborn(struct cause *cause, const struct story_endpoint *endpoint);
void say_foreign(struct cause *cause, const struct story_endpoint *endpoint);
void say_inherited(struct cause *cause, const struct story_endpoint *endpoint);
void say_ancestor(struct cause *cause, const struct story_endpoint *endpoint);
void say_protected(struct cause *cause, const struct story_endpoint *endpoint);
void say_essential(struct cause *cause, const struct story_endpoint *endpoint);
void say_together(struct cause *cause, const struct story_endpoint *endpoint);
void say_client(struct cause *cause, const struct story_endpoint *endpoint);
void say_time_wait(struct cause *cause, const struct story_endpoint *endpoint);
void say_left_path(struct cause *cause, const struct story_endpoint *endpoint);
void say_hidden(struct cause *cause, const struct story_endpoint *endpoint);
void say_cut_short(struct cause *cause, const struct story_endpoint *endpoint);
void say_ending(struct cause *cause, const struct story_endpoint *endpoint);
void say_denied(struct cause *cause, const struct story_endpoint *endpoint);
void say_unsafe(struct cause *cause, const struct story_endpoint *endpoint);
void say_not_found(struct cause *cause, const struct story_endpoint *endpoint);
void say_untouched(struct cause *cause, const struct story_endpoint *endpoint);
void say_dry_run(struct cause *cause, const struct story_endpoint *endpoint);
void say_start_limit(struct cause *cause, const struct story_party *party);
void say_cut_off(struct cause *cause, const struct story_endpoint *endpoint);

/* One sentence: how often, and how it ended. */
char *say_summary(const struct story_endpoint *endpoint, bool fine);

#endif
