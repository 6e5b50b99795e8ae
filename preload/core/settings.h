/*
 * settings: the PORTCLAIM_* variables as one struct, without pointers into the environment, which
 * programs overwrite (setproctitle).
 */
#ifndef PORTCLAIM_SETTINGS_H
#define PORTCLAIM_SETTINGS_H

#include "endpoint.h"

enum mode { MODE_ON, MODE_DRY_RUN, MODE_OFF };
enum log_target { LOG_STDERR, LOG_NONE, LOG_FILE };
enum log_format { LOG_TEXT, LOG_JSON };

enum {
    SETTINGS_LIST_SIZE = 512, /* bytes of one list or path, its NUL included */
    SETTINGS_LABEL_SIZE = 128,
    SETTINGS_PORT_RANGES = 32,
    SETTINGS_MOST_MS = 600000,
};

struct port_range {
    uint16_t first;
    uint16_t last;
};

struct settings {
    enum mode mode;
    struct port_range ports[SETTINGS_PORT_RANGES]; /* none: every port */
    uint32_t port_count;
    char only[SETTINGS_LIST_SIZE];     /* globs, comma-separated */
    char service[SETTINGS_LABEL_SIZE]; /* "" : none */
    char match[SETTINGS_LIST_SIZE];    /* KIND:GLOB rules, comma-separated */
    char protect[SETTINGS_LIST_SIZE];  /* PIDs and globs, comma-separated */
    int32_t signal;                    /* the asking signal's number on this system */
    uint32_t term_ms;
    uint32_t kill_ms;
    uint32_t wait_ms;
    bool reuse_address;
    bool reuse_port;   /* who is stale and shares a port with us (SO_REUSEPORT) has to go as well */
    bool unix_sockets; /* claim them as well */
    uint32_t limit;    /* kills per window; window 0: no limit */
    uint32_t limit_window_s;
    char claim[SETTINGS_LIST_SIZE]; /* endpoints, comma-separated */
    enum log_target log_target;
    char log_file[SETTINGS_LIST_SIZE];
    enum log_format log_format;
    char state_directory[SETTINGS_LIST_SIZE]; /* "": the host's default */
    /*
     * Only `service` and `match` identify: for who claims a port on behalf of a service that it is
     * not itself (portclaim free). No variable sets it.
     */
    bool only_named;
};

enum { SETTINGS_ERROR_SIZE = 320 };

void settings_defaults(struct settings *settings);

/*
 * Reads every PORTCLAIM variable of `environment` ("NAME=value" strings, ended by NULL) into
 * *settings, which it first sets to the defaults. An unknown PORTCLAIM_ name is an error, for it is
 * a setting mistyped; so are names given twice. On failure returns false, and `error` (at least
 * SETTINGS_ERROR_SIZE bytes) names variable, value and what is allowed; *settings is then not to be
 * used.
 */
bool settings_read(struct settings *settings, char *const *environment, char *error);

/* May it act on this port? */
bool settings_allow_port(const struct settings *settings, uint16_t port);

/* Likewise; a Unix socket has no port: it is allowed by a setting of its own, or by its name. */
bool settings_allow_endpoint(const struct settings *settings, const struct endpoint *endpoint);

/* Is there any Unix socket that it may act on? If not, none needs to be looked at. */
bool settings_allow_some_unix(const struct settings *settings);

/*
 * Walks a comma-separated list: copies the next entry, without surrounding blanks, into `entry`
 * and moves *cursor on. Empty entries are passed over. SETTINGS_LIST_SIZE bytes always suffice; in
 * less an entry may be cut. False at the end.
 */
bool settings_next_entry(const char **cursor, char *entry, size_t size);

/* Does any glob of the list match any of the names? Names that are NULL or "" match nothing. */
bool settings_list_matches(const char *list, const char *const *names, size_t count);

#endif
