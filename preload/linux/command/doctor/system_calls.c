#include "checks.h"
#include "command/command.h"
#include "core/text.h"
#include "notation.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char check[] = "system-calls";

/* SystemCallErrorNumber= where a forbidden call ends the process: none, or "kill" (systemd 252). */
static const char *const kill_numbers[] = {"", "0", "2147483646"};

/* Beside what every server needs: those of preload/linux. */
static const char *const essential[] = {"pidfd_open", "pidfd_send_signal"};
static const char *const others[] = {
    "clock_gettime", "fcntl",      "getdents64", "geteuid", "getpid",     "getsockname",
    "getsockopt",    "ioctl",      "mkdirat",    "mmap",    "munmap",     "openat",
    "ppoll",         "pread64",    "pwrite64",   "read",    "readlinkat", "recvfrom",
    "sendto",        "setsockopt", "socket",     "statx",   "write",
};

/* The seccomp engine's besides, whose supervisor has the unit's filter as well. */
static const char *const of_engine[] = {
    "capget",       "clone",       "close_range",    "dup3",    "getppid", "kcmp",
    "memfd_create", "prctl",       "recvmsg",        "seccomp", "sendmsg", "setsid",
    "socketpair",   "pidfd_getfd", "rt_sigprocmask", "wait4",
};

static size_t print_missing(FILE *stream, const char *filter, const char *const *names,
                            size_t count)
{
    size_t missing = 0;
    for (size_t index = 0; index < count; index++) {
        if (notation_allows(filter, names[index]))
            continue;
        fprintf(stream, " %s", names[index]);
        missing++;
    }
    return missing;
}

static bool kills(const struct service *service)
{
    const char *number = service_get(service, "SystemCallErrorNumber");
    for (size_t index = 0; index < sizeof(kill_numbers) / sizeof(kill_numbers[0]); index++) {
        if (text_equal(number, kill_numbers[index]))
            return true;
    }
    return false;
}

static void add(struct patient *patient, const char *missing, const char *why)
{
    if (kills(patient->service))
        why =
            patient->engine == ENGINE_SECCOMP
                ? "the kernel would end portclaim run for the first of these calls, before the "
                  "server starts"
                : "when the port is taken, the kernel would end the server for the first of these "
                  "calls";
    checkup_add(&patient->checkup, (struct finding){
                                       .check = check,
                                       .result = RESULT_FAIL,
                                       .found = said("SystemCallFilter= leaves out%s", missing),
                                       .why = why,
                                       .cure = said("SystemCallFilter=%s", missing + 1),
                                       .unit_lines = true,
                                   });
}

void check_system_calls(struct patient *patient)
{
    const char *filter = service_get(patient->service, "SystemCallFilter");
    char *missing = NULL;
    size_t size = 0;
    if (patient->service->privileged || filter[0] == '\0' || text_equal(filter, "~")) {
        checkup_pass(&patient->checkup, check, said("no SystemCallFilter="));
        return;
    }
    FILE *stream = open_memstream(&missing, &size);
    if (stream == NULL)
        err(EXIT_MISUSE, "portclaim");
    size_t essentials =
        print_missing(stream, filter, essential, sizeof(essential) / sizeof(essential[0]));
    size_t count =
        essentials + print_missing(stream, filter, others, sizeof(others) / sizeof(others[0]));
    size_t look_up = count;
    if (patient->engine == ENGINE_SECCOMP)
        count += print_missing(stream, filter, of_engine, sizeof(of_engine) / sizeof(of_engine[0]));
    if (fclose(stream) != 0)
        err(EXIT_MISUSE, "portclaim");
    if (count == 0)
        checkup_pass(&patient->checkup, check,
                     said("SystemCallFilter= allows all that portclaim calls"));
    else
        add(patient, missing,
            essentials > 0 ? "nobody can be stopped without them"
            : look_up > 0  ? "a look-up without them is not complete, and then nobody is stopped"
                           : "the seccomp engine, which serves this program, needs them");
    free(missing);
}
