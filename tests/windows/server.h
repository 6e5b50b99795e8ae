/*
 * A server for Windows for every temper, for tests: it prints "process PID" and "listening PORT"
 * and answers each client with its PID. How it behaves when it is asked to stop, and what it does
 * to be hard to find or to stop, is said by its options. A failed bind prints "bind: WSAEADDRINUSE
 * ..." (or "listen: ...") and exits 1. The sister of tests/linux/server.
 */
#ifndef SERVER_H
#define SERVER_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { MOST_ADDRESSES = 8, MOST_COMMANDS = 4 };

enum temper {
    POLITE,         /* ends when asked: by Ctrl-Break, or by WM_CLOSE to its window */
    IGNORE_BREAK,   /* does not */
    HANG_ON_CLIENT, /* keeps its listener until its clients have gone */
    DRAIN,          /* closes its listener, and ends when its clients have gone */
};

struct options {
    const char *addresses[MOST_ADDRESSES];
    int address_count;
    const char *spawn[MOST_COMMANDS]; /* command lines, started once it serves */
    int spawn_count;
    int port; /* 0: the system chooses */
    int temper;
    int udp;
    int ipv6_only;
    int reuse_address;
    int exclusive;           /* SO_EXCLUSIVEADDRUSE */
    int no_listen;           /* only bind */
    int second_port;         /* bind the first address to this port as well */
    int twice;               /* then bind once more */
    int window;              /* have a top-level window, through which WM_CLOSE asks */
    int only_spawn;          /* bind nothing; start the commands and wait for their end */
    int pause_ms;            /* before each command */
    int stop_delay_ms;       /* between the request and the end */
    int connect_to;          /* a server on this port ... */
    int connect_from;        /* ... from this local port */
    const char *leak;        /* a command line, started with the listening socket */
    const char *bind_when;   /* bind not before this file exists */
    const char *listen_when; /* listen likewise, after "bound" */
};

extern struct options options;

/* Sets `options`; ends the process when it cannot understand one. */
void read_options(char **argv);

/* One line to standard output, whole. */
__attribute__((format(__MINGW_PRINTF_FORMAT, 1, 2))) void say(const char *format, ...);

/* "WSAEADDRINUSE", or the number of one that has no name here. */
const char *error_name(int error);

/* Says "WHAT: ERROR" and ends the process with status 1. */
void fail(const char *what);

unsigned long long now_ms(void);

/* The sockets, in the order of options.addresses, then the second port's. */
extern SOCKET listeners[MOST_ADDRESSES];

/* Binds them all and sets options.port to the port of the last. */
void bind_all(void);

#endif
