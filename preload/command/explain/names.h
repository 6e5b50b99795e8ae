/*
 * names: strings of a record, each kept once, and no more of them than fit a bound.
 */
#ifndef PORTCLAIM_NAMES_H
#define PORTCLAIM_NAMES_H

struct names;

struct names *names_new(void);

/*
 * The same pointer for the same string, until names_free(). Once there are too many, a string that
 * is not among them becomes NAMES_TOO_MANY.
 */
const char *names_keep(struct names *names, const char *string);

extern const char NAMES_TOO_MANY[];

void names_free(struct names *names);

#endif
