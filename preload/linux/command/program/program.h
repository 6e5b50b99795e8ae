/*
 * program: what execve(2) would run for a command line, through "#!" lines and env(1), and whether
 * the shared object can serve it: that of its own word size, if there is one (object.h).
 */
#ifndef PORTCLAIM_PROGRAM_H
#define PORTCLAIM_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum program_finding {
    PROGRAM_SERVED,
    PROGRAM_NOT_FOUND,
    PROGRAM_NOT_EXECUTABLE,
    PROGRAM_UNREADABLE,   /* it can be executed, but not read: nobody knows what it is */
    PROGRAM_STATIC,       /* no dynamic loader, so nothing is preloaded: ld.so(8) */
    PROGRAM_SET_USER,     /* set-user-ID or set-group-ID: the loader ignores LD_PRELOAD */
    PROGRAM_CAPABILITIES, /* file capabilities: likewise, see capabilities(7) */
    PROGRAM_ARCHITECTURE, /* for another machine, or of a word size that no object of ours is of */
    PROGRAM_LOADER,       /* a loader that is neither glibc's nor musl's, by its name */
    PROGRAM_GO,           /* dynamic, but calls the kernel itself; only --claim helps */
    PROGRAM_NO_FORMAT,    /* neither a sound ELF file nor text */
    PROGRAM_ENVIRONMENT,  /* env(1) or sudo(8) on the way takes LD_PRELOAD away */
    PROGRAM_LOOP,         /* more interpreters in a row than the kernel follows */
};

enum { PROGRAM_MOST_STEPS = 16 };

/* Whose loader it is that would load the object. */
enum program_libc { LIBC_UNKNOWN, LIBC_GLIBC, LIBC_MUSL };

/* What is known of a command line's program. */
struct program {
    enum program_finding finding;
    /* What is loaded in the end, or where the finding was made; links resolved. */
    char path[PATH_MAX];
    char loader[PATH_MAX]; /* PT_INTERP; "" when static, or a loader itself */
    enum program_libc libc;
    uint16_t machine; /* e_machine */
    int word_bits;    /* 32 or 64; 0: not ELF */
    /*
     * The arguments that it would be started with, "#!" and env(1) applied: those of /proc's
     * cmdline later. By malloc(3), ended by NULL.
     */
    char **arguments;
    /* How it got there: "./start.sh", "/usr/bin/env", "/usr/bin/node"; a loader that is missing. */
    uint32_t step_count;
    char *steps[PROGRAM_MOST_STEPS];
};

/*
 * Examines `arguments` (at least one, ended by NULL; the first one is looked up in PATH as
 * execvp(3) does), as seen by this process: set-user-ID counts only where it would take effect.
 * Returns finding. Free with program_free().
 */
enum program_finding program_examine(char *const *arguments, struct program *program);

/* The same of one file that is already known to be run, such as /proc/PID/exe. */
enum program_finding program_examine_file(const char *path, struct program *program);

/*
 * Why it cannot be served ("it is statically linked ..."), and the way out, in which PROGRAM stands
 * for its path; NULL for PROGRAM_SERVED. Static memory.
 */
const char *program_why(enum program_finding finding);
const char *program_way_out(enum program_finding finding);

/* The way out with the path in it, fit to be shown. The caller's, by malloc(3). Not for SERVED. */
char *program_advice(const struct program *program);

/* The steps, "./start.sh -> /usr/bin/env -> /usr/bin/node", fit to be shown. As before. */
char *program_story(const struct program *program);

/* A stable name for JSON: "served", "static", "set-user" ... */
const char *program_finding_name(enum program_finding finding);

void program_free(struct program *program);

#endif
