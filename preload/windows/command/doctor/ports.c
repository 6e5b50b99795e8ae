/* The ports that the settings name, and this Windows. */
#include "checks.h"
#include "core/text.h"
#include "windows/image.h"
#include "windows/native.h"
#include "windows/owners.h"

#include <err.h>
#include <stdlib.h>

enum { MOST_PORTS = 64 /* that are tried */ };

/* ---- who holds a port ---- */

struct tables {
    struct obstacles obstacles;
    struct owners owners;
};

static bool look_up(const struct endpoint *endpoint, struct tables *tables)
{
    const struct request request = {.endpoint = *endpoint};
    return owners_look_up(&request, &tables->obstacles, OWNERS_SERVERS_ONLY, &tables->owners);
}

static struct tables *allocate_tables(void)
{
    struct tables *tables = malloc(sizeof(*tables));
    if (tables == NULL)
        err(2, "portclaim");
    return tables;
}

void check_machine(struct checkup *checkup)
{
    if (!image_system_is_x64())
        checkup_add(checkup,
                    (struct finding){
                        .check = "machine",
                        .result = RESULT_WARN,
                        .found = said("this Windows runs on another processor, and emulates x64"),
                        .why = "portclaim was never tried there, and does nothing in programs of "
                               "that processor's own kind",
                    });
    struct tables *tables = allocate_tables();
    struct native_list handles;
    const struct endpoint any = {.family = FAMILY_IPV6, .port = 1};
    if (look_up(&any, tables))
        checkup_pass(checkup, "owners", said("this Windows tells who holds a port"));
    else
        checkup_add(checkup, (struct finding){
                                 .check = "owners",
                                 .result = RESULT_FAIL,
                                 .found = said("GetExtendedTcpTable does not answer"),
                                 .why = "nobody tells who holds a port, and nobody is stopped",
                                 .cure = said("netstat -ano"),
                             });
    if (native_list(NATIVE_HANDLES, &handles)) {
        native_list_free(&handles);
        checkup_pass(checkup, "handles", said("this Windows lists the open handles"));
    } else {
        checkup_add(checkup, (struct finding){
                                 .check = "handles",
                                 .result = RESULT_WARN,
                                 .found = said("this Windows does not list the open handles"),
                                 .why = "a child that inherited the port is then not found",
                             });
    }
    free(tables);
}

/* ---- excluded ports ---- */

/*
 * A loopback address that no server listens on: for the moment of the trial it is in nobody's way,
 * as a wildcard address may be bound beside a specific one ("Using SO_REUSEADDR and
 * SO_EXCLUSIVEADDRUSE", learn.microsoft.com). A range that Windows excludes is so for every
 * address.
 */
static const uint8_t trial_address[ENDPOINT_ADDRESS_SIZE] = {127, 112, 99, 108};

static int try_bind(const struct endpoint *endpoint)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(endpoint->port)};
    SOCKET socket =
        WSASocketW(AF_INET, endpoint->protocol == PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM, 0, NULL,
                   0, WSA_FLAG_NO_HANDLE_INHERIT);
    if (socket == INVALID_SOCKET)
        return WSAGetLastError();
    for (size_t index = 0; index < sizeof(address.sin_addr); index++)
        ((uint8_t *)&address.sin_addr)[index] = trial_address[index];
    int error =
        bind(socket, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : WSAGetLastError();
    (void)closesocket(socket);
    return error;
}

/* One that is bound with SO_EXCLUSIVEADDRUSE gives the same error, but has an owner. */
static bool is_excluded(uint16_t port, enum protocol protocol, struct tables *tables)
{
    const struct endpoint endpoint = {.protocol = protocol, .family = FAMILY_IPV6, .port = port};
    return try_bind(&endpoint) == WSAEACCES && look_up(&endpoint, tables) &&
           tables->obstacles.count == 0;
}

static void fail_excluded(struct patient *patient, uint16_t port, enum protocol protocol)
{
    const char *name = endpoint_protocol_name(protocol);
    checkup_note(&patient->checkup, "excluded-ports", RESULT_FAIL,
                 said("Windows keeps %s port %u for itself (WSAEACCES)", name, port),
                 "bind() fails although nobody holds the port, and stopping an instance would not "
                 "help",
                 said_both(said("netsh int ipv4 show excludedportrange %s", name),
                           said("net stop winnat & net start winnat, as administrator, where "
                                "Hyper-V has the range")));
}

/* What PORTCLAIM_PORTS names; more than a few are a range of which no port is meant alone. */
static uint32_t count_ports(const struct settings *settings)
{
    uint32_t count = 0;
    for (uint32_t index = 0; index < settings->port_count; index++)
        count += 1U + settings->ports[index].last - settings->ports[index].first;
    return count;
}

static unsigned try_ports(struct patient *patient, struct tables *tables)
{
    const struct settings *settings = &patient->settings;
    unsigned excluded = 0;
    for (uint32_t index = 0; index < settings->port_count; index++) {
        for (uint32_t port = settings->ports[index].first; port <= settings->ports[index].last;
             port++) {
            if (port != 0 && is_excluded((uint16_t)port, PROTOCOL_TCP, tables)) {
                fail_excluded(patient, (uint16_t)port, PROTOCOL_TCP);
                excluded++;
            }
        }
    }
    return excluded;
}

/* Those of PORTCLAIM_CLAIM; a claim past PORTCLAIM_PORTS is none. */
static unsigned try_claims(struct patient *patient, struct tables *tables, unsigned *tried)
{
    const struct settings *settings = &patient->settings;
    char entry[SETTINGS_LIST_SIZE];
    const char *cursor = settings->claim;
    const char *error;
    struct endpoint endpoint;
    unsigned excluded = 0;
    while (settings_next_entry(&cursor, entry, sizeof(entry))) {
        if (!endpoint_parse(entry, &endpoint, &error))
            continue;
        if (!settings_allow_port(settings, endpoint.port)) {
            checkup_note(&patient->checkup, "ports", RESULT_WARN,
                         said("PORTCLAIM_CLAIM=%s is left out by PORTCLAIM_PORTS", entry),
                         "portclaim does not act on that port",
                         cure_by_setting(patient, "PORTCLAIM_PORTS", entry));
            continue;
        }
        (*tried)++;
        if (endpoint.port != 0 && is_excluded(endpoint.port, endpoint.protocol, tables)) {
            fail_excluded(patient, endpoint.port, endpoint.protocol);
            excluded++;
        }
    }
    return excluded;
}

void check_ports(struct patient *patient)
{
    WSADATA data;
    unsigned tried = 0;
    unsigned ports = count_ports(&patient->settings);
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return;
    struct tables *tables = allocate_tables();
    unsigned excluded = try_claims(patient, tables, &tried);
    if (ports <= MOST_PORTS) {
        excluded += try_ports(patient, tables);
        tried += ports;
    }
    if (tried > 0 && excluded == 0)
        checkup_pass(&patient->checkup, "excluded-ports",
                     said("none of the %u that the settings name", tried));
    free(tables);
    (void)WSACleanup();
}
