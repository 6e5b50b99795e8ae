#include "settings.h"

#include "core/conventions.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

static const char check[] = "settings";

static bool is_setting(const char *entry)
{
    return text_starts_with(entry, "PORTCLAIM=") || text_starts_with(entry, "PORTCLAIM_");
}

static void add(struct checkup *checkup, const struct settings_source *source, enum result result,
                const char *variable, char *found, const char *why)
{
    checkup_add(checkup, (struct finding){
                             .check = check,
                             .result = result,
                             .found = found,
                             .why = why,
                             .cure = source->cure_without(source->context, variable),
                             .unit_lines = source->unit_lines,
                         });
}

/* One by one, for settings_read() stops at the first mistake. */
static bool check_entry(struct checkup *checkup, const struct settings_source *source, char *entry)
{
    char error[SETTINGS_ERROR_SIZE];
    char *environment[] = {entry, NULL};
    struct settings settings;
    if (settings_read(&settings, environment, error))
        return true;
    char *variable = formatted("%.*s", (int)strcspn(entry, "="), entry);
    add(checkup, source, RESULT_FAIL, variable, said("%s", error),
        "a mistake in one setting makes portclaim do nothing in this process");
    free(variable);
    return false;
}

static void check_mode(struct checkup *checkup, const struct settings_source *source,
                       enum mode mode)
{
    static const char variable[] = "PORTCLAIM";
    if (mode == MODE_OFF)
        add(checkup, source, RESULT_FAIL, variable, said("PORTCLAIM=off"),
            "it says that portclaim is to do nothing");
    if (mode == MODE_DRY_RUN)
        add(checkup, source, RESULT_WARN, variable, said("PORTCLAIM=dry-run"),
            "portclaim says what it would do, and does nothing");
}

static void check_unix(struct checkup *checkup, const struct settings_source *source, bool is_on)
{
    if (is_on && !conventions.has_unix_sockets)
        add(checkup, source, RESULT_WARN, "PORTCLAIM_UNIX", said("PORTCLAIM_UNIX=on"),
            "portclaim serves no Unix sockets on this system");
}

void doctor_check_settings(struct checkup *checkup, const struct string_list *environment,
                           const struct settings_source *source, struct settings *settings)
{
    struct string_list entries = {0};
    char error[SETTINGS_ERROR_SIZE];
    size_t mistakes = 0;
    for (size_t index = 0; index < environment->count; index++) {
        char *entry = environment->list[index];
        if (!is_setting(entry))
            continue;
        if (check_entry(checkup, source, entry))
            string_list_add(&entries, entry);
        else
            mistakes++;
    }
    settings_defaults(settings);
    if (entries.count > 0 && !settings_read(settings, entries.list, error))
        settings_defaults(settings);
    check_mode(checkup, source, settings->mode);
    check_unix(checkup, source, settings->unix_sockets);
    if (mistakes == 0 && settings->mode == MODE_ON)
        checkup_pass(checkup, check,
                     entries.count == 0
                         ? said("the defaults")
                         : said("%u of PORTCLAIM_..., well-formed", (unsigned)entries.count));
    string_list_free(&entries);
}

void doctor_check_only(struct checkup *checkup, const struct settings *settings,
                       const char *const *names)
{
    if (settings->only[0] == '\0')
        return;
    if (settings_list_matches(settings->only, names, DOCTOR_NAMES))
        checkup_pass(checkup, "only", said("PORTCLAIM_ONLY=%s means this program", settings->only));
    else
        checkup_add(checkup, (struct finding){
                                 .check = "only",
                                 .result = RESULT_FAIL,
                                 .found = said("PORTCLAIM_ONLY=%s does not name \"%s\"",
                                               settings->only, names[0]),
                                 .why = "portclaim does nothing in programs that it leaves out",
                                 .cure = said("PORTCLAIM_ONLY=%s,%s", settings->only, names[0]),
                             });
}
