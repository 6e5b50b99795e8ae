/*
 * detach: how a supervisor, forked by what is going to be the program, stops being a part of it.
 */
#ifndef PORTCLAIM_NOTIFY_DETACH_H
#define PORTCLAIM_NOTIFY_DETACH_H

/*
 * Nothing of the program's stays open but `channel`, whose new number is returned; no terminal's,
 * group's or unit's signal comes through; and the command line is no longer the program's, so that
 * who looks for that (pgrep -f, pkill -f) finds the program alone.
 */
int detach(int channel);

#endif
