/* What the settings let be claimed. */
#include "settings.h"

#include <string.h>

bool settings_allow_port(const struct settings *settings, uint16_t port)
{
    for (uint32_t index = 0; index < settings->port_count; index++) {
        if (settings->ports[index].first <= port && port <= settings->ports[index].last)
            return true;
    }
    return settings->port_count == 0;
}

/* Who names one to be claimed before main() wants it claimed, now and when the program binds. */
static bool is_named(const struct settings *settings, const struct endpoint *endpoint)
{
    char entry[SETTINGS_LIST_SIZE];
    struct endpoint named;
    const char *error;
    const char *cursor = settings->claim;
    while (settings_next_entry(&cursor, entry, sizeof(entry))) {
        if (endpoint_parse(entry, &named, &error) && named.family == FAMILY_UNIX &&
            named.path.length == endpoint->path.length &&
            memcmp(named.path.bytes, endpoint->path.bytes, named.path.length) == 0)
            return true;
    }
    return false;
}

bool settings_allow_some_unix(const struct settings *settings)
{
    return settings->unix_sockets || settings->claim[0] != '\0';
}

bool settings_allow_endpoint(const struct settings *settings, const struct endpoint *endpoint)
{
    if (endpoint->family == FAMILY_UNIX)
        return settings->unix_sockets || is_named(settings, endpoint);
    return settings_allow_port(settings, endpoint->port);
}
