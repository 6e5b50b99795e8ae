#include "checks.h"
#include "command/command.h"
#include "core/text.h"
#include "linux/files.h"
#include "linux/signals.h"
#include "linux/sockets.h"
#include "notation.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add_unit_lines(struct patient *patient, const char *check, enum result result,
                           char *found, const char *why, char *cure)
{
    checkup_add(&patient->checkup, (struct finding){
                                       .check = check,
                                       .result = result,
                                       .found = found,
                                       .why = why,
                                       .cure = cure,
                                       .unit_lines = cure != NULL,
                                   });
}

/* ---- the look into /proc ---- */

/* The options of the last /proc that was mounted: "... - proc proc rw,hidepid=invisible". */
static bool read_hiding(pid_t pid, char *hiding, size_t size)
{
    char path[NAME_SIZE];
    char *line = NULL;
    size_t line_size = 0;
    hiding[0] = '\0';
    files_name_number(path, "/proc/", (uint64_t)(pid == 0 ? getpid() : pid), "/mountinfo");
    FILE *mounts = fopen(path, "re");
    if (mounts == NULL)
        return false;
    while (getline(&line, &line_size, mounts) > 0) {
        const char *type = strstr(line, " - proc ");
        if (strstr(line, " / /proc ") == NULL || type == NULL)
            continue;
        const char *option = strstr(type, "hidepid=");
        size_t length = option == NULL ? 0 : strcspn(option, ", \n");
        snprintf(hiding, size, "%.*s", (int)length, option == NULL ? "" : option);
    }
    free(line);
    fclose(mounts);
    if (text_equal(hiding, "hidepid=0") || text_equal(hiding, "hidepid=off"))
        hiding[0] = '\0';
    return true;
}

/*
 * Its own user's processes stay readable, so a stale instance is found; ancestors of other users
 * are not. A service's is PID 1 alone, which has none itself; of others the kernel tells with
 * PIDFD_GET_INFO all the same. Their units are not told, and count as ours (lineage.c).
 */
static void add_hiding(struct patient *patient, const char *hiding, bool by_unit)
{
    static const char check[] = "processes";
    bool lineage_known = by_unit || signals_parent(getpid()) >= 0;
    checkup_add(&patient->checkup,
                (struct finding){
                    .check = check,
                    .result = lineage_known ? RESULT_WARN : RESULT_FAIL,
                    .found = said("%s hides the processes of others from user %s", hiding,
                                  patient->account.name),
                    .why = lineage_known
                               ? "its own ancestors are hidden as well, so that the unit is no "
                                 "evidence: only the same program, a label or a rule is; and of "
                                 "a stranger on the port nothing can be said"
                               : "its own ancestors are hidden as well, and before Linux 6.13 "
                                 "nothing else tells who they are: then nobody is stopped",
                    .cure = by_unit ? said("ProtectProc=default")
                                    : said("mount -o remount,hidepid=off /proc"),
                    .unit_lines = by_unit,
                });
}

void check_processes(struct patient *patient)
{
    char hiding[NAME_SIZE];
    const struct service *service = patient->service;
    bool readable = read_hiding(patient->pid, hiding, sizeof(hiding));
    bool by_unit = false;
    if (service != NULL && !service->privileged) {
        const char *protection = service_get(service, "ProtectProc");
        by_unit = protection[0] != '\0' && !text_equal(protection, "default");
        if (by_unit)
            snprintf(hiding, sizeof(hiding), "ProtectProc=%s", protection);
    }
    if (hiding[0] == '\0')
        checkup_pass(&patient->checkup, "processes",
                     said(readable ? "/proc shows all of them" : "nothing hides them"));
    else if (patient->account.traces_everybody)
        checkup_pass(&patient->checkup, "processes",
                     said("%s, but user %s sees all of them (CAP_SYS_PTRACE)", hiding,
                          patient->account.name));
    else
        add_hiding(patient, hiding, by_unit);
}

/* ---- sockets ---- */

void check_address_families(struct patient *patient)
{
    static const char check[] = "address-families";
    const char *families = service_get(patient->service, "RestrictAddressFamilies");
    bool listed = service_has(patient->service, "RestrictAddressFamilies");
    if (patient->service->privileged || (listed && notation_allows(families, "AF_NETLINK")) ||
        !listed)
        checkup_pass(&patient->checkup, check, said("AF_NETLINK is allowed"));
    else
        add_unit_lines(patient, check, RESULT_WARN,
                       said("RestrictAddressFamilies=%s leaves out AF_NETLINK", families),
                       "then /proc/net has to tell who holds the port, which is slower and lacks "
                       "sockets that are bound and do not listen",
                       said("RestrictAddressFamilies=AF_NETLINK"));
}

/* ---- namespaces ---- */

static void check_network(struct patient *patient)
{
    static const char check[] = "network";
    if (!service_has(patient->service, "PrivateNetwork") ||
        service_has(patient->service, "JoinsNamespaceOf"))
        checkup_pass(&patient->checkup, check, said("shared with other services"));
    else
        add_unit_lines(patient, check, RESULT_WARN, said("PrivateNetwork=yes"),
                       "each start has a network of its own, where no earlier instance can be in "
                       "the way: there is nothing to claim",
                       NULL);
}

/*
 * Measured with systemd 252 on Linux 6.18: the uids are the same in both namespaces, but
 * ptrace_may_access() asks for a capability in the other one, which nobody in this one has.
 */
static void check_users(struct patient *patient)
{
    static const char check[] = "user-namespace";
    bool extended = service_has(patient->service, "PrivateUsersEx");
    const char *property = extended ? "PrivateUsersEx" : "PrivateUsers";
    if (!service_has(patient->service, property))
        checkup_pass(&patient->checkup, check, said("shared with other services"));
    else
        add_unit_lines(patient, check, RESULT_FAIL,
                       said("PrivateUsers=%s", service_get(patient->service, property)),
                       "each start has a user namespace of its own, and the kernel lets no process "
                       "look into one of another: the earlier instance is not visible, and nobody "
                       "is stopped",
                       said("PrivateUsers=no"));
}

static void check_pids(struct patient *patient)
{
    if (service_has(patient->service, "PrivatePIDs"))
        add_unit_lines(patient, "pid-namespace", RESULT_FAIL, said("PrivatePIDs=yes"),
                       "each start sees nobody but its own children: the earlier instance is not "
                       "visible, and nobody is stopped",
                       said("PrivatePIDs=no"));
}

/* Without /proc nobody can be identified. */
static void check_proc_mount(struct patient *patient)
{
    char path[PATH_MAX];
    const char *root = service_get(patient->service, "RootDirectory");
    bool changed =
        (root[0] != '\0' && !text_equal(root, "/")) || service_has(patient->service, "RootImage");
    if (!changed || service_has(patient->service, "MountAPIVFS"))
        return;
    snprintf(path, sizeof(path), "%s/proc/self", root);
    if (root[0] != '\0' && access(path, F_OK) == 0)
        return;
    add_unit_lines(patient, "proc", RESULT_FAIL, said("below its root there is no /proc"),
                   "without /proc nobody can be identified, and nobody is stopped",
                   said("MountAPIVFS=yes"));
}

void check_namespaces(struct patient *patient)
{
    if (patient->service->privileged)
        return;
    check_network(patient);
    check_users(patient);
    check_pids(patient);
    check_proc_mount(patient);
}

/* ---- capabilities ---- */

/* Its own user's processes need none; root's servers often become another user after bind(). */
void check_capabilities(struct patient *patient)
{
    static const char check[] = "capabilities";
    const struct account *account = &patient->account;
    bool all = account->traces_everybody && account->signals_everybody;
    if (account->user != 0 || all)
        checkup_pass(&patient->checkup, check,
                     said(all ? "it may look into every process and signal it"
                              : "none are needed for the processes of user %s",
                          account->name));
    else
        add_unit_lines(
            patient, check, RESULT_WARN,
            said("CapabilityBoundingSet= leaves root without CAP_SYS_PTRACE or CAP_KILL"),
            "if the server becomes another user after bind(), its next instance cannot "
            "see or stop it",
            said("CapabilityBoundingSet=CAP_SYS_PTRACE CAP_KILL"));
}

/* ---- this machine ---- */

static void check_pidfd(struct checkup *checkup)
{
    int64_t handle = signals_open(getpid());
    if (handle != HANDLE_NONE)
        checkup_pass(checkup, "pidfd", said("this kernel has pidfds"));
    else
        checkup_add(checkup, (struct finding){
                                 .check = "pidfd",
                                 .result = RESULT_FAIL,
                                 .found = said("this kernel has no pidfds"),
                                 .why = "nobody is signalled but through a pidfd: a PID could "
                                        "belong to another process by then",
                                 .cure = said("Linux 5.3 or later; in a container, a seccomp "
                                              "profile that allows pidfd_open"),
                             });
    signals_close(handle);
}

static void check_sock_diag(struct checkup *checkup)
{
    enum { ANY_PORT = 1 };
    const char *gap = NULL;
    struct request request = {.endpoint = {.port = ANY_PORT}};
    struct obstacles *obstacles = malloc(sizeof(*obstacles));
    struct listeners *listeners = malloc(sizeof(*listeners));
    char *buffer = malloc(SOCKETS_BUFFER_SIZE);
    if (obstacles == NULL || listeners == NULL || buffer == NULL)
        err(EXIT_MISUSE, "portclaim");
    bool told = sockets_look_up(&request, obstacles, listeners, buffer, &gap);
    if (told && gap == NULL)
        checkup_pass(checkup, "sock-diag", said("this kernel tells who holds a port"));
    else
        checkup_add(checkup, (struct finding){
                                 .check = "sock-diag",
                                 .result = told ? RESULT_WARN : RESULT_FAIL,
                                 .found = said("there is no sock_diag here%s",
                                               told ? "" : ", and no /proc/net"),
                                 .why = told ? "/proc/net has to do, which is slower and lacks "
                                               "sockets that are bound and do not listen"
                                             : "nobody tells who holds a port",
                                 .cure = said("modprobe -a inet_diag tcp_diag udp_diag"),
                             });
    free(obstacles);
    free(listeners);
    free(buffer);
}

void check_machine(struct checkup *checkup)
{
    check_pidfd(checkup);
    check_sock_diag(checkup);
}
