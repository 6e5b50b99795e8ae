#include "wrapped.h"

#include "command/options.h"
#include "command/run.h"
#include "core/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* As getopt_long(3), which takes the beginning of one for it; `run` refuses what begins several. */
static const struct option *find_option(const struct option *options, const char *name,
                                        size_t length)
{
    const struct option *begun = NULL;
    for (; options->name != NULL; options++) {
        if (strncmp(options->name, name, length) != 0)
            continue;
        if (options->name[length] == '\0')
            return options;
        begun = options;
    }
    return begun;
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

/* The options of `portclaim run`, one after the other. */
struct walk {
    const struct string_list *command;
    struct option options[OPTIONS_MOST];
    size_t place;                /* of the word behind the option */
    const struct option *option; /* NULL: there is no such option */
    const char *value;           /* NULL: it has none */
};

static bool walk_begin(struct walk *walk, const struct string_list *command)
{
    *walk = (struct walk){.command = command, .place = 2};
    run_list_options(walk->options);
    return command->count >= 2 && text_equal(text_base_name(command->list[0]), "portclaim") &&
           text_equal(command->list[1], "run");
}

static bool walk_next(struct walk *walk)
{
    char *const *words = walk->command->list;
    if (walk->place >= walk->command->count || !text_starts_with(words[walk->place], "--"))
        return false;
    const char *name = words[walk->place++] + 2;
    size_t length = strcspn(name, "=");
    if (name[0] == '\0')
        return false;
    walk->option = find_option(walk->options, name, length);
    walk->value = name[length] == '=' ? name + length + 1 : NULL;
    bool wants_value = walk->option != NULL && walk->option->has_arg == required_argument;
    if (wants_value && walk->value == NULL && walk->place < walk->command->count)
        walk->value = words[walk->place++];
    return true;
}

bool wrapped_read(const struct string_list *command, size_t *program,
                  struct string_list *environment)
{
    struct walk walk;
    if (!walk_begin(&walk, command))
        return false;
    while (walk_next(&walk)) {
        if (walk.option == NULL)
            continue;
        if (text_equal(walk.option->name, "dry-run"))
            add_setting("mode", "dry-run", environment);
        else if (options_is_setting(walk.option->val) && walk.value != NULL)
            add_setting(walk.option->name, walk.value, environment);
    }
    *program = walk.place;
    return true;
}

const char *wrapped_value(const struct string_list *command, const char *option)
{
    const char *value = NULL;
    struct walk walk;
    if (!walk_begin(&walk, command))
        return NULL;
    while (walk_next(&walk)) {
        if (walk.option != NULL && text_equal(walk.option->name, option))
            value = walk.value;
    }
    return value;
}
