/*
 * evidence: what each piece of evidence means, and its words.
 */
#ifndef PORTCLAIM_EVIDENCE_H
#define PORTCLAIM_EVIDENCE_H

#include "holder.h"

/* The verdict that follows from it. */
enum verdict evidence_verdict(enum evidence evidence);

/* A stable name for programs: "unit", "other-user" ... */
const char *evidence_name(enum evidence evidence);

/* A few words for people: "same unit", "another user's process" ... */
const char *evidence_words(enum evidence evidence);

/* What a person can do when such a holder kept the port. */
const char *evidence_advice(enum evidence evidence);

/* "stale", "foreign", ... */
const char *evidence_verdict_name(enum verdict verdict);

#endif
