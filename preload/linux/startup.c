#include "startup.h"

#include "before_main.h"
#include "core/holder.h"
#include "core/runners.h"
#include "files.h"
#include "log.h"
#include "memory.h"
#include "next.h"
#include "processes.h"
#include "state.h"
#include "system.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum progress { NOT_READ, BEING_READ, READ };

static int progress; /* enum progress, atomic */
static bool inert = true;
static struct settings settings;

/* With the defaults, for what was read is not to be trusted: to stderr. */
static void complain(const char *error)
{
    char line[SETTINGS_ERROR_SIZE + NAME_SIZE];
    struct text text;
    settings_defaults(&settings);
    text_start(&text, line, sizeof(line));
    text_add(&text, "portclaim[");
    text_add_number(&text, SYSTEM(getpid));
    text_add(&text, "]: ");
    text_add(&text, error);
    text_add(&text, "; portclaim does nothing in this process\n");
    log_write(&settings, log_stderr_is_open(), line, text.length);
}

/* Asks a question about this process; false when there is no memory for it. */
static bool ask_of_self(bool (*question)(const struct process *self))
{
    struct process *self = memory_map(sizeof(*self));
    if (self == NULL)
        return false;
    (void)processes_read((int32_t)SYSTEM(getpid), false, self);
    bool answer = question(self);
    memory_unmap(self, sizeof(*self));
    return answer;
}

/* PORTCLAIM_ONLY: by the process's name, its executable's or its script's. */
static bool is_meant(const struct process *self)
{
    return processes_named(settings.only, self);
}

/*
 * To env(1) an earlier instance of the program behind it is a stranger: PORTCLAIM_CLAIM is left in
 * the environment for that program.
 */
static bool claims_itself(const struct process *self)
{
    return !runners_launches(self->arguments);
}

static bool read_settings(char *const *environment)
{
    char error[SETTINGS_ERROR_SIZE];
    if (getauxval(AT_SECURE) != 0)
        return false;
    if (!settings_read(&settings, environment, error)) {
        complain(error);
        return false;
    }
    state_prefer_runtime_directory(&settings, environment);
    return settings.mode != MODE_OFF && (settings.only[0] == '\0' || ask_of_self(is_meant));
}

/*
 * Once. Whoever comes while another thread, or the code that a signal interrupted, is at it gets
 * the plain call: waiting could be for ever.
 */
static void read_once(char *const *environment)
{
    int expected = NOT_READ;
    if (!__atomic_compare_exchange_n(&progress, &expected, BEING_READ, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return;
    inert = environment == NULL || !read_settings(environment);
    __atomic_store_n(&progress, READ, __ATOMIC_RELEASE);
}

const struct settings *startup_settings(void)
{
    if (__atomic_load_n(&progress, __ATOMIC_ACQUIRE) != READ)
        read_once(environ);
    return __atomic_load_n(&progress, __ATOMIC_ACQUIRE) == READ && !inert ? &settings : NULL;
}

/*
 * glibc hands a constructor the arguments of main(); it may run before libc has set `environ`,
 * since this object does not depend on libc. musl hands it nothing, and has set `environ`.
 *
 * Without further settings a bind() or listen() that succeeds calls nothing of libc but errno's
 * function and the next of its own name. Both are looked up here: the loader takes locks for it,
 * and a kilobyte of stack, which a signal handler may not have.
 */
__attribute__((constructor)) static void start(int argument_count, char **arguments,
                                               char **environment)
{
    int entry_errno = errno;
    (void)argument_count;
    (void)arguments;
    if (environ != NULL)
        environment = environ;
    next_resolve();
    read_once(environment);
    if (startup_settings() != NULL && settings.claim[0] != '\0' && ask_of_self(claims_itself))
        before_main_claim(&settings, environment);
    errno = entry_errno;
}
