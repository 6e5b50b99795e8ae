/*
 * asking: the two ways in which Windows asks a process to end, by a handle with the rights of
 * signals_open(). True: it was asked. Neither waits for what the process makes of it.
 */
#ifndef PORTCLAIM_WINDOWS_ASKING_H
#define PORTCLAIM_WINDOWS_ASKING_H

#include "system.h"

#include <stdbool.h>

/* WM_CLOSE to each of its windows; false also for a program of the console. */
bool asking_close(HANDLE process);

/*
 * Ctrl-Break, as the console itself does it: a thread on CtrlRoutine, which runs the program's
 * handlers, or ends it when it has none; a console is not needed. What is not done after
 * ASKING_MOST_MS is still under way, and counts as done: to a process that is slow to take its
 * thread, on a machine under load, there is no need to be rude.
 */
bool asking_break(HANDLE process);

enum { ASKING_MOST_MS = 250 /* a new thread here and one there take less than 1 ms */ };

#endif
