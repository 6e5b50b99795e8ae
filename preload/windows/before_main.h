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

/*
 * In DllMain, when the program has not begun yet, and when there is something to claim. Where it
 * cannot be done (an image of .NET has no entry point), the program starts without a claim.
 */
void before_main_prepare(void);

#endif
