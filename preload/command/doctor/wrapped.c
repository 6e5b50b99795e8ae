#include "wrapped.h"

#include "command/options.h"
#include "core/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct option *find_option(const struct option *options, const char *name,
                                        size_t length)
{
    for (; options->name != NULL; options++) {
        if (strlen(options->name) == length && memcmp(options->name, name, length) == 0)
            return options;
    }
    return NULL;
}

/* --term-ms is PORTCLAIM_TERM_MS (options.h), and --mode is PORTCLAIM. */
static void add_setting(const char *option, const char *value, struct string_list *environment)
{
    bool mode = text_equal(option, "mode");
    char *entry = formatted("PORTCLAIM%s%s=%s", mode ? "" : "_", mode ? "" : option, value);
    for (char *byte = entry; *byte != '='; byte++)
        *byte = *byte == '-' ? '_' : (char)toupper((unsigned char)*byte);
    size_t length = strcspn(entry, "=") + 1;
    for (size_t index = 0; index < environment->count; index++) {
        /* The option counts, as with `run`; of a list that is given twice, its last part. */
        if (strncmp(environment->list[index], entry, length) == 0) {
            free(environment->list[index]);
            environment->list[index] = entry;
            return;
        }
    }
    string_list_add(environment, entry);
    free(entry);
}

bool wrapped_read(const struct string_list *command, size_t *program,
                  struct string_list *environment)
{
    static const struct option none[] = {{0}};
    struct option options[OPTIONS_MOST];
    if (command->count < 2 || !text_equal(text_base_name(command->list[0]), "portclaim") ||
        !text_equal(command->list[1], "run"))
        return false;
    options_with_settings(none, options);
    size_t place = 2;
    while (place < command->count && text_starts_with(command->list[place], "--")) {
        const char *name = command->list[place++] + 2;
        size_t length = strcspn(name, "=");
        if (name[0] == '\0')
            break;
        if (text_equal(name, "dry-run"))
            add_setting("mode", "dry-run", environment);
        const struct option *option = find_option(options, name, length);
        const char *value = name[length] == '=' ? name + length + 1 : NULL;
        if (option != NULL && value == NULL && place < command->count)
            value = command->list[place++];
        if (option != NULL && value != NULL)
            add_setting(option->name, value, environment);
    }
    *program = place;
    return true;
}
