/*
 * A server for every temper, for tests: it prints "listening PORT" and answers each client with its
 * PID. How it behaves when it is told to stop, and what it does to be hard to recognise or to stop,
 * is said by its options. A failed bind prints "bind: EADDRINUSE" (or "listen: ...") and exits 1.
 */
#ifndef SERVER_H
#define SERVER_H

enum { MOST_ADDRESSES = 8 };

enum temper {
    POLITE,         /* ends on SIGTERM */
    IGNORE_TERM,    /* does not */
    DRAIN,          /* closes its listener, and ends when its clients have gone */
    HANG_ON_CLIENT, /* keeps its listener until its clients have gone */
};

struct options {
    const char *addresses[MOST_ADDRESSES];
    int address_count;
    int port; /* 0: the kernel chooses */
    int temper;
    int udp;
    int protocol;    /* 0: that of the socket's type */
    int one_to_many; /* of SCTP: one socket that listens and has all associations */
    int ipv6_only;
    int reuse_address;
    int reuse_port;
    int freebind;         /* also an address that nobody here has */
    int no_listen;        /* only bind */
    int twice;            /* then bind once more */
    int close_first;      /* close each client at once, so that TIME_WAIT is ours */
    int flood;            /* send more than a client that does not read can take */
    int leak_child;       /* start a program that has the listening socket */
    int leader_exits;     /* let another thread serve, and end the first */
    int own_files;        /* let another thread serve, which alone has the listening socket */
    int descriptors_left; /* before bind; -1: as many as there are */
    int workers;          /* fork so many that serve the same socket; told to stop one by one */
    int stop_delay_ms;    /* between the asking signal and the end */
    int alarm_ms;         /* interrupt bind so often */
    int allocate_mb;
    int drop_to;             /* user id after bind; 0: none */
    int connect_to;          /* a server on this port ... */
    int connect_from;        /* ... from this local port */
    const char *device;      /* bind to this interface */
    const char *title;       /* instead of the arguments, and as name */
    const char *spawn;       /* a shell command, started once it serves */
    const char *bind_when;   /* bind not before this file exists */
    const char *listen_when; /* listen likewise, after "bound" */
    const char *lock;        /* a file that one instance alone may hold */
    const char *signal_file; /* append each signal received */
};

extern struct options options;

/* Sets `options`; ends the process when it cannot understand one. */
void read_options(char **argv);

/* One line to standard output, whole. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* Says "WHAT: ERRNO" and ends the process with status 1. */
void fail(const char *what);

long now_ms(void);

/* The sockets, in the order of options.addresses; -1 once closed. */
extern int listeners[MOST_ADDRESSES];

/* Binds them all and sets options.port to the port of the last. */
void bind_all(void);

#endif
