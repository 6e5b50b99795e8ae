#include "settings.h"

#include "breaker.h"

#include <string.h>

enum {
    DEFAULT_TERM_MS = 600,
    DEFAULT_KILL_MS = 400,
    DEFAULT_WAIT_MS = 2000,
    DEFAULT_LIMIT = 10,
    DEFAULT_LIMIT_WINDOW_S = 60,
    MOST_LIMIT_WINDOW_S = 86400, /* a day */
    DEFAULT_SIGNAL = 15,         /* SIGTERM */
    MOST_SIGNAL = 64,            /* SIGRTMAX of Linux */
};

void settings_defaults(struct settings *settings)
{
    memset(settings, 0, sizeof(*settings));
    settings->mode = MODE_ON;
    settings->signal = DEFAULT_SIGNAL;
    settings->term_ms = DEFAULT_TERM_MS;
    settings->kill_ms = DEFAULT_KILL_MS;
    settings->wait_ms = DEFAULT_WAIT_MS;
    settings->reuse_address = true;
    settings->limit = DEFAULT_LIMIT;
    settings->limit_window_s = DEFAULT_LIMIT_WINDOW_S;
    settings->log_target = LOG_STDERR;
    settings->log_format = LOG_TEXT;
}

/* ---- values of one kind ---- */

/* A whole value that is a number; nothing may stand behind it. */
static bool read_number(const char *value, uint64_t least, uint64_t most, uint64_t *number)
{
    return text_read_number(&value, most, number) && *value == '\0' && *number >= least;
}

static bool read_milliseconds(const char *value, uint32_t *milliseconds)
{
    uint64_t number;
    if (!read_number(value, 0, SETTINGS_MOST_MS, &number))
        return false;
    *milliseconds = (uint32_t)number;
    return true;
}

/* One of several words, ended by NULL; *choice is its place among them. */
static bool read_choice(const char *value, const char *const *words, size_t *choice)
{
    for (*choice = 0; words[*choice] != NULL; (*choice)++) {
        if (text_equal(value, words[*choice]))
            return true;
    }
    return false;
}

static bool every_entry(const char *list, bool (*is_allowed)(const char *entry))
{
    char entry[SETTINGS_LIST_SIZE];
    const char *cursor = list;
    while (settings_next_entry(&cursor, entry, sizeof(entry))) {
        if (!is_allowed(entry))
            return false;
    }
    return true;
}

static bool read_path(const char *value, char *path)
{
    return value[0] == '/' && text_copy(path, SETTINGS_LIST_SIZE, value);
}

/* ---- the settings, one by one ---- */

static bool read_mode(struct settings *settings, const char *value)
{
    static const char *const words[] = {
        [MODE_ON] = "on", [MODE_DRY_RUN] = "dry-run", [MODE_OFF] = "off", NULL};
    size_t choice;
    if (!read_choice(value, words, &choice))
        return false;
    settings->mode = (enum mode)choice;
    return true;
}

static bool read_port(const char **cursor, uint16_t *port)
{
    uint64_t number;
    if (!text_read_number(cursor, UINT16_MAX, &number) || number == 0)
        return false;
    *port = (uint16_t)number;
    return true;
}

static bool read_port_range(const char *entry, struct port_range *range)
{
    if (!read_port(&entry, &range->first))
        return false;
    range->last = range->first;
    if (*entry == '-') {
        entry++;
        if (!read_port(&entry, &range->last))
            return false;
    }
    return *entry == '\0' && range->first <= range->last;
}

static bool read_ports(struct settings *settings, const char *value)
{
    char entry[SETTINGS_LIST_SIZE];
    const char *cursor = value;
    if (strlen(value) >= sizeof(entry))
        return false;
    while (settings_next_entry(&cursor, entry, sizeof(entry))) {
        if (settings->port_count == SETTINGS_PORT_RANGES ||
            !read_port_range(entry, &settings->ports[settings->port_count]))
            return false;
        settings->port_count++;
    }
    return true;
}

static bool read_only(struct settings *settings, const char *value)
{
    return text_copy(settings->only, sizeof(settings->only), value);
}

static bool read_service(struct settings *settings, const char *value)
{
    return text_copy(settings->service, sizeof(settings->service), value);
}

static bool is_match_rule(const char *entry)
{
    static const char *const kinds[] = {"exe:", "comm:", "cmdline:", "unit:"};
    for (size_t index = 0; index < sizeof(kinds) / sizeof(kinds[0]); index++) {
        if (text_starts_with(entry, kinds[index]))
            return entry[strlen(kinds[index])] != '\0';
    }
    return text_equal(entry, "any");
}

static bool read_match(struct settings *settings, const char *value)
{
    return text_copy(settings->match, sizeof(settings->match), value) &&
           every_entry(settings->match, is_match_rule);
}

static bool read_protect(struct settings *settings, const char *value)
{
    return text_copy(settings->protect, sizeof(settings->protect), value);
}

/*
 * Numbers belong to the system, yet a table for each host would say the same: POSIX (kill(1)) fixes
 * HUP, INT, QUIT, KILL and TERM, and Linux has USR1 and USR2 as here on all that still matters, not
 * on Alpha, MIPS and SPARC. There a number can be given.
 */
static bool read_signal(struct settings *settings, const char *value)
{
    static const struct {
        const char *name;
        int32_t number;
    } signals[] = {
        {"TERM", 15}, {"INT", 2}, {"HUP", 1}, {"QUIT", 3}, {"USR1", 10}, {"USR2", 12}, {"KILL", 9},
    };
    static const char prefix[] = "SIG";
    const char *name = text_starts_with(value, prefix) ? value + sizeof(prefix) - 1 : value;
    for (size_t index = 0; index < sizeof(signals) / sizeof(signals[0]); index++) {
        if (text_equal(name, signals[index].name)) {
            settings->signal = signals[index].number;
            return true;
        }
    }
    uint64_t number;
    if (!read_number(value, 1, MOST_SIGNAL, &number))
        return false;
    settings->signal = (int32_t)number;
    return true;
}

static bool read_term_ms(struct settings *settings, const char *value)
{
    return read_milliseconds(value, &settings->term_ms);
}

static bool read_kill_ms(struct settings *settings, const char *value)
{
    return read_milliseconds(value, &settings->kill_ms);
}

static bool read_wait_ms(struct settings *settings, const char *value)
{
    return read_milliseconds(value, &settings->wait_ms);
}

static bool read_switch(const char *value, bool *is_on)
{
    static const char *const words[] = {[false] = "off", [true] = "on", NULL};
    size_t choice;
    if (!read_choice(value, words, &choice))
        return false;
    *is_on = choice != 0;
    return true;
}

static bool read_reuse_address(struct settings *settings, const char *value)
{
    return read_switch(value, &settings->reuse_address);
}

static bool read_reuse_port(struct settings *settings, const char *value)
{
    return read_switch(value, &settings->reuse_port);
}

static bool read_unix(struct settings *settings, const char *value)
{
    return read_switch(value, &settings->unix_sockets);
}

static bool read_limit(struct settings *settings, const char *value)
{
    uint64_t kills = 0;
    uint64_t window_s = 0;
    if (!text_equal(value, "off")) {
        /* No more kills can be counted than are remembered. */
        if (!text_read_number(&value, BREAKER_RECORDS, &kills) || *value != '/' ||
            !read_number(value + 1, 1, MOST_LIMIT_WINDOW_S, &window_s))
            return false;
    }
    settings->limit = (uint32_t)kills;
    settings->limit_window_s = (uint32_t)window_s;
    return true;
}

static bool is_claimable(const char *entry)
{
    struct endpoint endpoint;
    const char *error;
    return endpoint_parse(entry, &endpoint, &error) && endpoint_is_fixed(&endpoint);
}

static bool read_claim(struct settings *settings, const char *value)
{
    return text_copy(settings->claim, sizeof(settings->claim), value) &&
           every_entry(settings->claim, is_claimable);
}

static bool read_log(struct settings *settings, const char *value)
{
    static const char *const words[] = {[LOG_STDERR] = "stderr", [LOG_NONE] = "none", NULL};
    size_t choice;
    if (read_choice(value, words, &choice))
        settings->log_target = (enum log_target)choice;
    else if (read_path(value, settings->log_file))
        settings->log_target = LOG_FILE;
    else
        return false;
    return true;
}

static bool read_log_format(struct settings *settings, const char *value)
{
    static const char *const words[] = {[LOG_TEXT] = "text", [LOG_JSON] = "json", NULL};
    size_t choice;
    if (!read_choice(value, words, &choice))
        return false;
    settings->log_format = (enum log_format)choice;
    return true;
}

static bool read_state_directory(struct settings *settings, const char *value)
{
    return read_path(value, settings->state_directory);
}

/* ---- the environment ---- */

#define WANT_MILLISECONDS "want a number of milliseconds from 0 to 600000"
#define A_PATH            "an absolute path of at most 511 bytes"
#define LIST_LIMIT        ", comma-separated, in at most 511 bytes"

_Static_assert(SETTINGS_MOST_MS == 600000 && SETTINGS_LIST_SIZE == 512 &&
                   SETTINGS_LABEL_SIZE == 128 && SETTINGS_PORT_RANGES == 32 &&
                   BREAKER_RECORDS == 64 && MOST_LIMIT_WINDOW_S == 86400 && MOST_SIGNAL == 64,
               "the messages say what is wanted in these numbers");

static const struct variable {
    const char *name;
    bool (*read)(struct settings *settings, const char *value);
    const char *complaint; /* when it was not read */
} variables[] = {
    {"PORTCLAIM", read_mode, "want on, dry-run or off"},
    {"PORTCLAIM_PORTS", read_ports,
     "want at most 32 ports from 1 to 65535 or ranges of them, such as 18789,18800-18810"},
    {"PORTCLAIM_ONLY", read_only, "want globs" LIST_LIMIT},
    {"PORTCLAIM_SERVICE", read_service, "want a label of at most 127 bytes"},
    {"PORTCLAIM_MATCH", read_match,
     "want exe:GLOB, comm:GLOB, cmdline:GLOB, unit:GLOB or any" LIST_LIMIT},
    {"PORTCLAIM_PROTECT", read_protect, "want PIDs and globs" LIST_LIMIT},
    {"PORTCLAIM_SIGNAL", read_signal,
     "want TERM, INT, HUP, QUIT, USR1, USR2, KILL or a number from 1 to 64"},
    {"PORTCLAIM_TERM_MS", read_term_ms, WANT_MILLISECONDS},
    {"PORTCLAIM_KILL_MS", read_kill_ms, WANT_MILLISECONDS},
    {"PORTCLAIM_WAIT_MS", read_wait_ms, WANT_MILLISECONDS},
    {"PORTCLAIM_REUSEADDR", read_reuse_address, "want on or off"},
    {"PORTCLAIM_REUSEPORT", read_reuse_port, "want on or off"},
    {"PORTCLAIM_LIMIT", read_limit,
     "want KILLS/SECONDS, 0 to 64 kills in 1 to 86400 seconds, such as 10/60, or off"},
    {"PORTCLAIM_CLAIM", read_claim, "want endpoints such as 18789 or udp:127.0.0.1:53" LIST_LIMIT},
    {"PORTCLAIM_LOG", read_log, "want stderr, none or " A_PATH},
    {"PORTCLAIM_LOG_FORMAT", read_log_format, "want text or json"},
    {"PORTCLAIM_STATE_DIR", read_state_directory, "want " A_PATH},
    {"PORTCLAIM_UNIX", read_unix, "want on or off"},
};

enum {
    VARIABLES = sizeof(variables) / sizeof(variables[0]),
    SHOWN_NAME = 32,  /* bytes; one that has to be escaped is shown in four */
    SHOWN_VALUE = 32, /* bytes */
};

_Static_assert(VARIABLES <= 32, "one bit of `given` for each");

static bool complain(char *error, const char *entry, size_t name_length, const char *complaint)
{
    struct text text;
    char name[SHOWN_NAME + 2]; /* room for one byte more than is shown: then it ends in "..." */
    text_start(&text, name, sizeof(name));
    text_add_bytes(&text, entry, name_length);
    text_start(&text, error, SETTINGS_ERROR_SIZE);
    text_add_visible(&text, name, SHOWN_NAME);
    text_add(&text, "=\"");
    text_add_visible(&text, entry + name_length + 1, SHOWN_VALUE);
    text_add(&text, "\": ");
    text_add(&text, complaint);
    return false;
}

/* The length of a name that is ours to read ("PORTCLAIM", "PORTCLAIM_..."); 0: another's. */
static size_t own_name_length(const char *entry)
{
    static const char prefix[] = "PORTCLAIM";
    size_t length = sizeof(prefix) - 1;
    if (!text_starts_with(entry, prefix) || (entry[length] != '=' && entry[length] != '_'))
        return 0;
    while (entry[length] != '=' && entry[length] != '\0')
        length++;
    return entry[length] == '=' ? length : 0;
}

static size_t find_variable(const char *name, size_t length)
{
    size_t index = 0;
    while (index < VARIABLES && (strlen(variables[index].name) != length ||
                                 memcmp(variables[index].name, name, length) != 0))
        index++;
    return index;
}

/* `given` has a bit for each variable that was read. */
static bool read_entry(struct settings *settings, const char *entry, uint32_t *given, char *error)
{
    size_t name_length = own_name_length(entry);
    if (name_length == 0)
        return true;
    size_t index = find_variable(entry, name_length);
    if (index == VARIABLES)
        return complain(error, entry, name_length,
                        "there is no such setting; portclaim(7) has them");
    if ((*given & UINT32_C(1) << index) != 0)
        return complain(error, entry, name_length, "it is given twice");
    *given |= UINT32_C(1) << index;
    return variables[index].read(settings, entry + name_length + 1) ||
           complain(error, entry, name_length, variables[index].complaint);
}

bool settings_read(struct settings *settings, char *const *environment, char *error)
{
    uint32_t given = 0;
    settings_defaults(settings);
    for (char *const *entry = environment; *entry != NULL; entry++) {
        if (!read_entry(settings, *entry, &given, error))
            return false;
    }
    return true;
}
