/*
 * command: what the commands of portclaim(1) have in common: their table, their exit codes, their
 * way to say that something was typed wrong.
 */
#ifndef PORTCLAIM_COMMAND_H
#define PORTCLAIM_COMMAND_H

#include <getopt.h>
#include <stdbool.h>

/* Of env(1), timeout(1) and nohup(1) for `run`; of grep(1) for the others. */
enum {
    EXIT_YES = 0,
    EXIT_NO = 1,
    EXIT_MISUSE = 2,    /* typed wrong, or something that was needed could not be read */
    EXIT_REFUSED = 125, /* run: portclaim cannot serve the program */
    EXIT_NOT_EXECUTABLE = 126,
    EXIT_NOT_FOUND = 127,
};

struct command {
    const char *name;
    const char *summary;     /* one line for `portclaim --help` */
    const char *synopsis;    /* what follows "portclaim NAME " in its usage line */
    const char *details;     /* the rest of its help: options, exit codes, examples */
    const char *const *more; /* what follows that, in parts, ended by NULL; NULL: nothing */
    bool wraps;              /* what follows its options is another program's command line */
    /* arguments[0] is the command's name, as in main(). Returns the exit code. */
    int (*run)(int count, char **arguments);
};

extern const struct command command_run;
extern const struct command command_who;
extern const struct command command_free;
extern const struct command command_explain;
extern const struct command command_doctor;

/*
 * Runs the one that arguments[1] names, of a list that NULL ends, or answers --help and --version.
 * `prepare`, unless NULL, is called before it. Returns the exit code. (dispatch.c)
 */
int command_dispatch(const struct command *const *commands,
                     void (*prepare)(const struct command *command), int count, char **arguments);

/*
 * What was written is only out when it is flushed, and a full disk must not look like success:
 * returns `status`, or says why not and returns EXIT_MISUSE.
 */
int command_close_output(int status);

/*
 * getopt_long(3) of the command's arguments. Returns what getopt_long returns; afterwards the
 * arguments that are no options begin at arguments[optind]. --help is answered, and a mistake
 * reported with the nearest option and the usage line; both end the process (exit codes 0 and
 * EXIT_MISUSE). `options` needs no entry for --help.
 */
int command_next_option(const struct command *command, int count, char **arguments,
                        const struct option *options);

/*
 * "portclaim NAME: MESSAGE" on stderr. The message says what was wanted, what stood in the way and
 * the next step; strings that others chose go through visible() (visible.h).
 */
void command_complain(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same with the usage line behind it; returns EXIT_MISUSE. */
int command_misuse(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
