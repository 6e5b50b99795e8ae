/*
 * runners: programs that are there to run another one.
 */
#ifndef PORTCLAIM_RUNNERS_H
#define PORTCLAIM_RUNNERS_H

#include <stdbool.h>

/* An interpreter or VM: what it runs is not in its executable, but in its arguments. */
bool runners_interprets(const char *path);

/*
 * One of those that runs programs as they are, interpreters among them: an emulator (qemu-user, and
 * what it is to binfmt_misc), the dynamic loader called by name.
 */
bool runners_loads(const char *path);

/* What an argument behind an interpreter's name can be, as long as those before it were options. */
enum runners_argument {
    RUNNERS_OPTION, /* it carries its own value: the next argument may be the script */
    RUNNERS_SCRIPT, /* if there is such a file */
    RUNNERS_OTHER,  /* then none is: an option could take the next one ("-r hook.js server.js") */
};

enum runners_argument runners_argument(const char *argument);

/*
 * env(1), nice(1), cmd.exe, a wrapper of services and the like: they replace themselves by another
 * program, or start it and wait, and bind nothing themselves. By the name that they were called by,
 * for one file can have many (busybox).
 */
bool runners_launches(const char *path);

/*
 * A process of this name has children that need know nothing of each other: a shell its jobs, a
 * service manager or a container's init its services and the orphans that it adopts, and so has
 * what only keeps a container alive (sleep, tail, pause).
 */
bool runners_gathers(const char *name);

#endif
