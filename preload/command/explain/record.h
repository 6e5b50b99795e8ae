/*
 * record: one line of a record (portclaim(7), RECORD), as core/report_json.c writes it.
 */
#ifndef PORTCLAIM_RECORD_H
#define PORTCLAIM_RECORD_H

#include "core/report.h"

enum {
    RECORD_STRING_SIZE = 512,
    RECORD_ENDPOINT_SIZE = ENDPOINT_TEXT_SIZE,
    RECORD_SIGNAL_SIZE = 32
};

/* Strings are the bytes that were recorded, and may hold anything but NUL. Empty: not recorded. */
struct record_holder {
    int32_t pid; /* 0: no process could be seen */
    int32_t through;
    int64_t user;   /* -1: not recorded */
    int64_t age_ms; /* -1: not recorded */
    enum evidence evidence;
    char name[RECORD_STRING_SIZE];
    char program[RECORD_STRING_SIZE];
    char script[RECORD_STRING_SIZE];
    char unit[RECORD_STRING_SIZE];
};

/* What does not apply to the event, or was not recorded, is zero. */
struct record {
    enum event_kind kind;
    enum action action;
    uint64_t time_ms; /* since 1970 */
    int32_t pid;
    char self[RECORD_STRING_SIZE];
    char self_unit[RECORD_STRING_SIZE];
    char endpoint[RECORD_ENDPOINT_SIZE]; /* "" for a warning of no claim */
    uint16_t port;
    char protocol[RECORD_SIGNAL_SIZE];
    bool has_holder;
    struct record_holder holder;
    char signal[RECORD_SIGNAL_SIZE];
    uint64_t after_ms; /* FORCED: since the asking signal; CLAIMED, NOT_CLAIMED: took_ms */
    uint32_t stopped;
    uint32_t draining;
    uint32_t closable;
    uint32_t sending;
    uint32_t kills;
    uint32_t window_s;
    int32_t killer_pid;
    int32_t victim_pid;
    char killer[RECORD_STRING_SIZE];
    char victim[RECORD_STRING_SIZE];
    char message[RECORD_STRING_SIZE];
};

/* False when the line is no event of portclaim's, or not the whole of one. */
bool record_read(const char *line, size_t length, struct record *record);

#endif
