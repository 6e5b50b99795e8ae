/*
 * before_main: PORTCLAIM_CLAIM, for servers that take a lock of their own before they bind.
 *
 * DllMain may not use winsock, which loads libraries and waits for threads ("Dynamic-Link Library
 * Best Practices", learn.microsoft.com). So the program's entry point is turned aside once: its
 * first bytes jump to us, and the main thread, with nothing of the program run but the entries of
 * its libraries, claims, puts the bytes back and goes where it wanted to.
 */
#ifndef PORTCLAIM_WINDOWS_BEFORE_MAIN_H
#define PORTCLAIM_WINDOWS_BEFORE_MAIN_H

#include <stdbool.h>

/*
 * In DllMain, when there is something to claim. `early`: the program has not begun yet. Where it
 * cannot be done, the program starts without a claim, and that is told.
 */
void before_main_prepare(bool early);

#endif
