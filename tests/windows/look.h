/*
 * look: what the modules of preload/windows see, for the tests; and processes for them to see.
 */
#ifndef LOOK_H
#define LOOK_H

/*
 * Holds a port: --port N, --ipv6, --dual, --udp, --bound (does not listen), --known (asks for
 * SO_KEEPALIVE, after which Wine knows the owner), --drain (prints "draining", accepts one
 * connection and closes the listener), --elsewhere N (then listens there), --heir (starts a child
 * that inherits the socket and prints its PID), --heir-program FILE (likewise, of that program),
 * --pipe (a thread reads from a pipe that stays silent, by a handle of both directions), --handler
 * (Ctrl-Break ends it with 7),
 * --deaf (nothing but force ends it), --window (WM_CLOSE ends it with 8), --arm (says to be a
 * program for ARM64). Prints "pid N", "heir N", "ready" and stays.
 */
int look_serve(int count, char **options);

#endif
