#include "before_main.h"

#include "claiming.h"
#include "own_socket.h"
#include "system.h"

#include <errno.h>

static void claim_entry(const struct settings *settings, const char *entry)
{
    struct endpoint endpoint;
    struct sockaddr_storage address;
    socklen_t length;
    const char *error;
    if (!endpoint_parse(entry, &endpoint, &error))
        return; /* settings_read() has refused it already */
    int socket = own_socket_open(&endpoint, &address, &length);
    if (socket < 0)
        return;
    if (own_socket_bind(socket, &endpoint, &address, length) == EADDRINUSE)
        (void)claiming_own(settings, socket, &endpoint, &address, length);
    (void)SYSTEM(close, socket);
}

static void remove_variable(char **environment, const char *name)
{
    char **kept = environment;
    for (char **entry = environment; *entry != NULL; entry++) {
        if (!text_starts_with(*entry, name))
            *kept++ = *entry;
    }
    *kept = NULL;
}

void before_main_claim(const struct settings *settings, char **environment)
{
    char entry[SETTINGS_LIST_SIZE];
    const char *cursor = settings->claim;
    remove_variable(environment, "PORTCLAIM_CLAIM=");
    while (settings_next_entry(&cursor, entry, sizeof(entry)))
        claim_entry(settings, entry);
}
