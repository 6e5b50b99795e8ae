/*
 * cast: who can appear in a schedule. Each function makes one process, in the role that its name
 * says, and gives it what such a process has in the way of our request.
 */
#ifndef SIMULATION_CAST_H
#define SIMULATION_CAST_H

#include "schedule.h"

enum { OUR_USER = 1000, OTHER_USER = 33 };

/*
 * PID 1, our ancestors and ourselves; then our request, and the socket that it is for. Comes first.
 * An operation of OPERATION_LISTEN has our socket bound already.
 */
void cast_ourselves(struct schedule *schedule, enum operation operation, enum protocol protocol);

/* An earlier instance of our service that listens, each time another of the ways to know it. */
int cast_earlier(struct schedule *schedule);

/* It shares the sockets of `giver`. */
int cast_worker(struct schedule *schedule, int giver);
int cast_late_worker(struct schedule *schedule, int giver);

/* Never to be signalled. All listen, but the client. */
int cast_stranger(struct schedule *schedule);
int cast_other_user(struct schedule *schedule);
int cast_client(struct schedule *schedule);
int cast_sibling(struct schedule *schedule);
int cast_younger(struct schedule *schedule);
int cast_protected(struct schedule *schedule);
int cast_elsewhere(struct schedule *schedule);

/* Any of these, but no client beside a listener of its own. */
int cast_anybody_else(struct schedule *schedule);

/* One that is there already gets a listener: an ancestor, PID 1, ourselves. */
void cast_as_listener(struct schedule *schedule, int actor);
int cast_random_ancestor(struct schedule *schedule);

/* It was started before us, and killed for the port after we were started. */
int cast_winner(struct schedule *schedule);

/* Holds nothing yet, and binds as soon as the port is free. */
int cast_rival(struct schedule *schedule);

/* Born when `earlier` ends: under its PID, or at its supervisor's hands. */
void cast_recycled(struct schedule *schedule, int earlier);
void cast_respawned(struct schedule *schedule, int earlier);

#endif
