#include "checkup.h"

#include "command/command.h"
#include "command/wording.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void checkup_add(struct checkup *checkup, struct finding finding)
{
    struct finding *findings =
        realloc(checkup->findings, (checkup->count + 1) * sizeof(*checkup->findings));
    if (findings == NULL)
        err(EXIT_MISUSE, "portclaim");
    findings[checkup->count++] = finding;
    checkup->findings = findings;
}

void checkup_note(struct checkup *checkup, const char *check, enum result result, char *found,
                  const char *why, char *cure)
{
    checkup_add(checkup,
                (struct finding){
                    .check = check, .result = result, .found = found, .why = why, .cure = cure});
}

void checkup_pass(struct checkup *checkup, const char *check, char *found)
{
    checkup_add(checkup, (struct finding){.check = check, .result = RESULT_PASS, .found = found});
}

enum result checkup_result(const struct checkup *checkup)
{
    enum result heaviest = RESULT_PASS;
    for (size_t index = 0; index < checkup->count; index++) {
        if (checkup->findings[index].result > heaviest)
            heaviest = checkup->findings[index].result;
    }
    return heaviest;
}

size_t checkup_count(const struct checkup *checkup, enum result result)
{
    size_t count = 0;
    for (size_t index = 0; index < checkup->count; index++)
        count += checkup->findings[index].result == result;
    return count;
}

void checkup_free(struct checkup *checkup)
{
    for (size_t index = 0; index < checkup->count; index++) {
        free(checkup->findings[index].found);
        free(checkup->findings[index].cure);
    }
    free(checkup->findings);
    *checkup = (struct checkup){0};
}

/* ---- strings ---- */

/* Not as visible() does it: quotes and backslashes stay, or no cure could be copied. */
static char *escape(const char *string)
{
    struct wording escaped = {0};
    wording_add_text(&escaped, string);
    return wording_end(&escaped);
}

char *said(const char *format, ...)
{
    struct wording plain = {0};
    va_list arguments;
    va_start(arguments, format);
    wording_add_list(&plain, format, arguments);
    va_end(arguments);
    char *words = wording_end(&plain);
    char *escaped = escape(words);
    free(words);
    return escaped;
}

char *said_command(char *command)
{
    char *cure = escape(command);
    free(command);
    return cure;
}

char *said_both(char *first, char *second)
{
    struct wording both = {0};
    if (first == NULL || second == NULL)
        return first != NULL ? first : second;
    wording_add(&both, "%s\n%s", first, second);
    free(first);
    free(second);
    return wording_end(&both);
}
