#include "cure.h"

#include "advice.h"

#include "command/wording.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool cure_is_plain(const char *name)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.@-";
    return name[0] != '\0' && name[0] != '-' && name[strspn(name, plain)] == '\0';
}

bool cure_is_service(const char *name)
{
    return cure_is_plain(name) && text_ends_with(name, ".service");
}

static const char *find_most_started(const struct story_endpoint *endpoint,
                                     bool (*suits)(const char *))
{
    const struct story_party *found = NULL;
    for (uint32_t index = 0; index < endpoint->party_count; index++) {
        const struct story_party *party = &endpoint->parties[index];
        if (party->starts > 0 && suits(party->label) &&
            (found == NULL || party->starts > found->starts))
            found = party;
    }
    return found != NULL ? found->label : NULL;
}

/* The unit that was started most often: that is where a setting belongs. */
static const char *find_unit(const struct story_endpoint *endpoint)
{
    return find_most_started(endpoint, cure_is_service);
}

void cure_label(const char *label, char *name, size_t size)
{
    text_copy(name, size, label);
    if (cure_is_service(name))
        name[strlen(name) - strlen(".service")] = '\0';
    else if (text_ends_with(name, ".exe"))
        name[strlen(name) - strlen(".exe")] = '\0';
}

const struct advice *advice_for(const struct story_endpoint *endpoint)
{
    return endpoint->system == SYSTEM_WINDOWS ? &advice_windows : &advice_linux;
}

void cure_own_label(const struct story_endpoint *endpoint, char *name, size_t size)
{
    const char *label = find_most_started(endpoint, cure_is_plain);
    cure_label(label != NULL ? label : "gateway", name, size);
}

static char *format_words(const char *format, va_list arguments)
{
    struct wording words = {0};
    wording_add_list(&words, format, arguments);
    return wording_end(&words);
}

void cure_add(struct cause *cause, const char *format, ...)
{
    va_list arguments;
    if (cause->cure_count == DIAGNOSIS_CURES)
        return;
    va_start(arguments, format);
    cause->cures[cause->cure_count++] = (struct cure){.advice = format_words(format, arguments)};
    va_end(arguments);
}

static void set_lines(struct cause *cause, char *lines)
{
    struct cure *cure = &cause->cures[cause->cure_count - 1];
    free(cure->lines);
    cure->lines = lines;
}

void cure_lines(struct cause *cause, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_lines(cause, format_words(format, arguments));
    va_end(arguments);
}

static void set_unit_line(struct cause *cause, const char *unit, const char *prefix, char *line)
{
    struct wording words = {0};
    if (unit != NULL)
        wording_add(&words, "# systemctl edit %s\n", unit);
    wording_add(&words, "[Service]\n%s%s", prefix, line);
    free(line);
    set_lines(cause, wording_end(&words));
}

void cure_unit_line(struct cause *cause, const struct story_endpoint *endpoint, const char *format,
                    ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_unit_line(cause, find_unit(endpoint), "", format_words(format, arguments));
    va_end(arguments);
}

void cure_setting(struct cause *cause, const struct story_endpoint *endpoint, const char *format,
                  ...)
{
    const char *unit = find_unit(endpoint);
    va_list arguments;
    va_start(arguments, format);
    char *line = format_words(format, arguments);
    va_end(arguments);
    if (unit != NULL) {
        set_unit_line(cause, unit, "Environment=", line);
        return;
    }
    cure_lines(cause, "%s%s", advice_for(endpoint)->setting, line);
    free(line);
}
