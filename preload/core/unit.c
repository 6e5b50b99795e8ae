#include "unit.h"

#include <string.h>

enum {
    CONTAINER_ID_LENGTH = 64
}; /* hexadecimal digits of a container's id (docker, podman, CRI) */

static bool is_hexadecimal(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
}

static bool ends_with(const char *component, size_t length, const char *suffix)
{
    size_t suffix_length = strlen(suffix);
    return length > suffix_length &&
           memcmp(component + length - suffix_length, suffix, suffix_length) == 0;
}

/*
 * "/docker/<id>", "/kubepods/.../<id>", "docker-<id>.scope", "libpod-<id>.scope": every runtime
 * writes the whole id, which nothing else in a cgroup path looks like.
 */
static bool holds_container_id(const char *component, size_t length)
{
    size_t run = 0;
    for (size_t index = 0; index < length; index++) {
        run = is_hexadecimal(component[index]) ? run + 1 : 0;
        if (run == CONTAINER_ID_LENGTH)
            return true;
    }
    return false;
}

/* user@1000.service is the manager of all that a user runs, not a service of its own. */
static bool is_service(const char *component, size_t length)
{
    static const char user_manager[] = "user@";
    bool manager = length >= sizeof(user_manager) - 1 &&
                   memcmp(component, user_manager, sizeof(user_manager) - 1) == 0;
    return ends_with(component, length, ".service") && !manager;
}

/*
 * The last component that decides. A scope below a service is something of its own (a session, a
 * terminal's tab), so it takes back what the service said.
 */
size_t unit_length(const char *cgroup)
{
    size_t found = 0;
    const char *component = cgroup;
    while (*component != '\0') {
        size_t length = 0;
        while (component[length] != '\0' && component[length] != '/')
            length++;
        if (is_service(component, length) || holds_container_id(component, length))
            found = (size_t)(component - cgroup) + length;
        else if (ends_with(component, length, ".scope"))
            found = 0;
        component += length;
        if (*component == '/')
            component++;
    }
    return found;
}

bool unit_same(const char *left, const char *right)
{
    size_t length = unit_length(left);
    return length > 0 && length == unit_length(right) && memcmp(left, right, length) == 0;
}

void unit_name(const char *cgroup, char *name, size_t size)
{
    size_t length = unit_length(cgroup);
    size_t start = length;
    while (start > 0 && cgroup[start - 1] != '/')
        start--;
    struct text text;
    text_start(&text, name, size);
    text_add_bytes(&text, cgroup + start, length - start);
}
