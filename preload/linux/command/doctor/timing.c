#include "checks.h"
#include "core/text.h"
#include "notation.h"
#include "shell.h"

#include <stdlib.h>
#include <string.h>

enum {
    MS_PER_SECOND = 1000,
    SOCKETS_OF_A_SERVER = 2, /* IPv4 and IPv6: each may need a claim */
    MOST_PAUSE_MS = 30000,
    USUAL_TIMEOUT_S = 90, /* systemd's DefaultTimeoutStartSec= */
};

static void warn_with_unit_lines(struct patient *patient, const char *check, char *found,
                                 const char *why, char *cure)
{
    checkup_add(&patient->checkup, (struct finding){
                                       .check = check,
                                       .result = RESULT_WARN,
                                       .found = found,
                                       .why = why,
                                       .cure = cure,
                                       .unit_lines = true,
                                   });
}

static uint64_t budget_ms(const struct patient *patient)
{
    const struct settings *settings = &patient->settings;
    return (uint64_t)settings->term_ms + settings->kill_ms + settings->wait_ms;
}

static unsigned long long seconds(uint64_t ms)
{
    return (ms + MS_PER_SECOND - 1) / MS_PER_SECOND;
}

/* ---- starting ---- */

void check_activation(struct patient *patient)
{
    static const char check[] = "activation";
    struct string_list triggers = {0};
    const char *socket = NULL;
    notation_split(service_get(patient->service, "TriggeredBy"), &triggers);
    for (size_t index = 0; index < triggers.count; index++) {
        if (text_ends_with(triggers.list[index], ".socket"))
            socket = triggers.list[index];
    }
    if (socket == NULL)
        checkup_pass(&patient->checkup, check, said("the server binds its port itself"));
    else
        checkup_add(&patient->checkup,
                    (struct finding){
                        .check = check,
                        .result = RESULT_WARN,
                        .found = said("%s listens in its place", socket),
                        .why = "systemd holds that port and hands it over, so the server calls no "
                               "bind() for it; where it does, it finds systemd on the port, which "
                               "is never stopped",
                        .cure = said_command(
                            shell_systemctl(patient->service->of_user, "disable --now", socket)),
                    });
    string_list_free(&triggers);
}

/* Is the start over before the server binds its port? systemd.service(5), Type= */
static bool starts_before_bind(const struct service *service)
{
    return service_is(service, "Type", "simple") || service_is(service, "Type", "exec") ||
           service_is(service, "Type", "idle");
}

void check_start_timeout(struct patient *patient)
{
    static const char check[] = "start-timeout";
    const char *timeout = service_get(patient->service, "TimeoutStartUSec");
    const char *type = service_get(patient->service, "Type");
    uint64_t needed_ms = SOCKETS_OF_A_SERVER * budget_ms(patient);
    unsigned long long enough_s = seconds(needed_ms) + USUAL_TIMEOUT_S;
    if (starts_before_bind(patient->service))
        checkup_pass(&patient->checkup, check, said("Type=%s: its start is not timed", type));
    else if (notation_read_time_ms(timeout) >= needed_ms)
        checkup_pass(&patient->checkup, check, said("TimeoutStartSec=%s", timeout));
    else
        warn_with_unit_lines(
            patient, check,
            said("Type=%s, TimeoutStartSec=%s; two claims take %llu s at the most", type, timeout,
                 seconds(needed_ms)),
            "systemd ends a start that takes longer, in the midst of a claim",
            said("TimeoutStartSec=%llu", needed_ms > USUAL_TIMEOUT_S * MS_PER_SECOND / 2
                                             ? enough_s
                                             : (unsigned long long)USUAL_TIMEOUT_S));
}

/* With the other types it begins to run when the server says that it is ready. */
void check_watchdog(struct patient *patient)
{
    const char *watchdog = service_get(patient->service, "WatchdogUSec");
    uint64_t watchdog_ms = notation_read_time_ms(watchdog);
    uint64_t needed_ms = SOCKETS_OF_A_SERVER * budget_ms(patient);
    if (watchdog_ms == 0 || watchdog_ms > needed_ms || !starts_before_bind(patient->service))
        return;
    warn_with_unit_lines(
        patient, "watchdog",
        said("WatchdogSec=%s; two claims take %llu s at the most", watchdog, seconds(needed_ms)),
        "the server is silent while it claims, and systemd would end it for that",
        said("WatchdogSec=%llu", seconds(needed_ms) + seconds(watchdog_ms)));
}

/* ---- stopping ---- */

void check_kill_mode(struct patient *patient)
{
    static const char check[] = "kill-mode";
    const char *mode = service_get(patient->service, "KillMode");
    if (text_equal(mode, "process") || text_equal(mode, "none"))
        warn_with_unit_lines(patient, check, said("KillMode=%s", mode),
                             "systemd leaves processes behind when it stops the service, and one "
                             "that inherited the socket keeps the port",
                             said("KillMode=mixed"));
    else if (service_is(patient->service, "SendSIGKILL", "no"))
        warn_with_unit_lines(patient, check, said("KillMode=%s, SendSIGKILL=no", mode),
                             "while an instance that ignores SIGTERM lives, systemd refuses to "
                             "start the next one, and portclaim is never asked",
                             said("SendSIGKILL=yes"));
    else
        checkup_pass(&patient->checkup, check, said("KillMode=%s", mode));
}

/* ---- starting again ---- */

/*
 * With a stranger on the port every start fails, after PORTCLAIM_WAIT_MS at the earliest. systemd
 * refuses the start that follows `burst` others within the interval: unit_test_start_limit().
 */
struct start_limit {
    uint64_t burst;
    uint64_t interval_ms;
    uint64_t round_ms; /* from one failed start to the next */
};

static struct start_limit read_start_limit(const struct patient *patient)
{
    const struct service *service = patient->service;
    return (struct start_limit){
        .burst = strtoull(service_get(service, "StartLimitBurst"), NULL, 10),
        .interval_ms = notation_read_time_ms(service_get(service, "StartLimitIntervalUSec")),
        .round_ms =
            patient->settings.wait_ms + notation_read_time_ms(service_get(service, "RestartUSec")),
    };
}

static bool gives_up(const struct start_limit *limit)
{
    return limit->burst > 0 && limit->interval_ms > 0 &&
           limit->burst * limit->round_ms <= limit->interval_ms;
}

/* A short pause more, or where that would be long, an interval that the failures do not reach. */
static struct finding cure_of_start_limit(const struct patient *patient,
                                          const struct start_limit *limit)
{
    uint64_t pause_ms =
        limit->interval_ms / limit->burst + MS_PER_SECOND - patient->settings.wait_ms;
    uint64_t reached_ms = limit->burst * limit->round_ms;
    if (pause_ms <= MOST_PAUSE_MS)
        return (struct finding){.cure = said("RestartSec=%llu", seconds(pause_ms)),
                                .unit_lines = true};
    return (struct finding){
        .cure =
            said_both(said("[Unit]"), said("StartLimitIntervalSec=%llu",
                                           (unsigned long long)(reached_ms - 1) / MS_PER_SECOND)),
    };
}

void check_restart(struct patient *patient)
{
    static const char check[] = "restart";
    const struct service *service = patient->service;
    const char *restart = service_get(service, "Restart");
    const char *pause = service_get(service, "RestartUSec");
    const struct start_limit limit = read_start_limit(patient);
    if (text_equal(restart, "no") || restart[0] == '\0') {
        checkup_pass(&patient->checkup, check, said("Restart=no: portclaim helps at each start"));
        return;
    }
    if (!gives_up(&limit)) {
        checkup_pass(&patient->checkup, check,
                     said("Restart=%s, RestartSec=%s: the start limit is not reached while "
                          "somebody else holds the port",
                          restart, pause));
        return;
    }
    struct finding finding = cure_of_start_limit(patient, &limit);
    finding.check = check;
    finding.result = RESULT_WARN;
    finding.found =
        said("Restart=%s, RestartSec=%s: after %llu failed starts within %llu s systemd gives up",
             restart, pause, (unsigned long long)limit.burst, seconds(limit.interval_ms));
    finding.why = "a stranger who holds the port that long leaves the service down, and nobody "
                  "starts it again";
    checkup_add(&patient->checkup, finding);
}
