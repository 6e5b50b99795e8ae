/*
 * who: what the two ways to show a sighting, for people and for programs, have in common.
 */
#ifndef PORTCLAIM_WHO_H
#define PORTCLAIM_WHO_H

#include "core/settings.h"
#include "listing.h"
#include "sighting.h"

/* What was typed, and what goes for every endpoint. */
struct question {
    bool details; /* endpoints were named: say why, and what to do */
    struct settings settings;
    struct viewpoint viewpoint;
};

/* One way to show. What it shows is seen in the end, when all is known. */
struct showing {
    void (*sighting)(const struct question *question, const struct sighting *sighting);
    /*
     * Nothing was seen on an endpoint that was named; `given` is what was typed. Not `certain`:
     * something may stand there all the same.
     */
    void (*nothing)(const char *given, bool certain);
    /* A socket that is in nobody's way, with those who have it open. */
    void (*connection)(const struct listing *listing, const struct look_socket *looked);
    void (*finish)(const struct question *question);
};

extern const struct showing who_text;
extern const struct showing who_json;

/* Does it begin with "tcp:", "udp:" or "sctp:"? */
bool who_names_protocol(const char *given);

/* "openclaw-gateway", as it calls itself; or "" */
const char *who_name(const struct process *process);

/* "openclaw", the user of a holder; "" when it is not known. As users_name(). */
const char *who_user(const struct holder *holder);

/* The number that goes with it; false when it is not known. */
bool who_user_number(const struct holder *holder, uint32_t *user);

/* How long it has been there. */
uint64_t who_age_ms(const struct process *process);

/* "127.0.0.1:80" into ENDPOINT_TEXT_SIZE bytes. */
void who_print_endpoint(const struct endpoint *endpoint, char *shown);

/*
 * The command line that frees the endpoint of this holder and all others, by malloc(3); NULL when
 * none does, for one of them would be signalled on no account.
 */
char *who_free_command(const struct sighting *sighting, uint32_t index);

#endif
