#include "names.h"

#include "core/text.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_NAMES = 8192,
    SLOTS = 2 * MOST_NAMES, /* half of them stay free, so that probing is short */
    FAILED = 2,
};

struct names {
    size_t count;
    char *slots[SLOTS];
};

const char NAMES_TOO_MANY[] = "(one of too many names)";

struct names *names_new(void)
{
    struct names *names = calloc(1, sizeof(*names));
    if (names == NULL)
        err(FAILED, "portclaim explain");
    return names;
}

const char *names_keep(struct names *names, const char *string)
{
    size_t slot = text_hash(TEXT_HASH_START, string, strlen(string)) % SLOTS;
    if (string[0] == '\0')
        return "";
    while (names->slots[slot] != NULL && strcmp(names->slots[slot], string) != 0)
        slot = (slot + 1) % SLOTS;
    if (names->slots[slot] != NULL)
        return names->slots[slot];
    if (names->count == MOST_NAMES)
        return NAMES_TOO_MANY;
    names->slots[slot] = strdup(string);
    if (names->slots[slot] == NULL)
        err(FAILED, "portclaim explain");
    names->count++;
    return names->slots[slot];
}

void names_free(struct names *names)
{
    for (size_t slot = 0; slot < SLOTS; slot++)
        free(names->slots[slot]);
    free(names);
}
