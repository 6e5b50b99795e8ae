#include "checkup.h"

#include "command/command.h"

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

static bool is_printable(unsigned char byte)
{
    return byte >= ' ' && byte <= '~';
}

/* Not as visible() does it: quotes and backslashes stay, or no cure could be copied. */
static char *escape(const char *string)
{
    size_t size = 0;
    char *escaped = NULL;
    FILE *stream = open_memstream(&escaped, &size);
    if (stream == NULL)
        err(EXIT_MISUSE, "portclaim");
    for (const unsigned char *byte = (const unsigned char *)string; *byte != '\0'; byte++)
        fprintf(stream, is_printable(*byte) ? "%c" : "\\x%02x", *byte);
    if (fclose(stream) != 0)
        err(EXIT_MISUSE, "portclaim");
    return escaped;
}

char *said(const char *format, ...)
{
    char *plain = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&plain, format, arguments);
    va_end(arguments);
    if (length < 0)
        err(EXIT_MISUSE, "portclaim");
    char *escaped = escape(plain);
    free(plain);
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
    char *both = NULL;
    if (first == NULL || second == NULL)
        return first != NULL ? first : second;
    if (asprintf(&both, "%s\n%s", first, second) < 0)
        err(EXIT_MISUSE, "portclaim");
    free(first);
    free(second);
    return both;
}
