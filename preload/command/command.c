#include "command.h"

#include "nearest.h"
#include "visible.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_HELP = 0x2000, MOST_OPTIONS = 64 };

static void complain(const struct command *command, const char *format, va_list arguments)
{
    fprintf(stderr, "portclaim %s: ", command->name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void command_complain(const struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(command, format, arguments);
    va_end(arguments);
}

static void print_usage(const struct command *command, FILE *stream)
{
    fprintf(stream, "usage: portclaim %s %s\n", command->name, command->synopsis);
}

int command_misuse(const struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(command, format, arguments);
    va_end(arguments);
    print_usage(command, stderr);
    fprintf(stderr, "       portclaim %s --help\n", command->name);
    return EXIT_MISUSE;
}

static void print_help(const struct command *command)
{
    print_usage(command, stdout);
    printf("\n%s\n\n%s", command->summary, command->details);
    for (const char *const *part = command->more; part != NULL && *part != NULL; part++)
        printf("%s", *part);
}

int command_close_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("portclaim: cannot write the answer");
    return EXIT_MISUSE;
}

/* ---- mistakes ---- */

static size_t count_options(const struct option *options)
{
    size_t count = 0;
    while (options[count].name != NULL)
        count++;
    return count;
}

static void complain_of_unknown(const struct command *command, const struct option *options,
                                const char *given)
{
    const char *names[MOST_OPTIONS];
    size_t count = count_options(options);
    for (size_t index = 0; index < count; index++)
        names[index] = options[index].name;
    const char *nearest =
        given[0] == '-' && given[1] == '-' ? nearest_name(given + 2, names, count) : NULL;
    char *shown = visible(given);
    if (nearest != NULL)
        command_misuse(command, "there is no option %s; did you mean --%s?", shown, nearest);
    else
        command_misuse(command, "there is no option %s", shown);
    free(shown);
}

static const char *name_of(const struct option *options, int value)
{
    for (; options->name != NULL; options++) {
        if (options->val == value)
            return options->name;
    }
    return NULL;
}

/*
 * The argument that getopt_long() stumbled over. Its optopt is a letter that there is not, which
 * can stand in the midst of one, or the value of a long option that misses a value or was given
 * one; an option's value can be a letter as well.
 */
static void complain_of_option(const struct command *command, const struct option *options,
                               char **arguments, int found)
{
    const char *name = name_of(options, optopt);
    const char *given = arguments[optind - 1];
    char letter[] = {'-', (char)optopt, '\0'};
    if (found == ':' && name != NULL)
        command_misuse(command, "--%s wants a value", name);
    else if (name != NULL && given[0] == '-' && given[1] == '-' && strchr(given, '=') != NULL)
        command_misuse(command, "--%s takes no value", name);
    else
        complain_of_unknown(command, options, optopt != 0 ? letter : given);
}

int command_next_option(const struct command *command, int count, char **arguments,
                        const struct option *options)
{
    struct option all[MOST_OPTIONS];
    size_t own = count_options(options);
    if (own + 2 > MOST_OPTIONS)
        abort();
    memcpy(all, options, own * sizeof(options[0]));
    all[own] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    all[own + 1] = (struct option){0};
    opterr = 0;
    int found = getopt_long(count, arguments, command->wraps ? "+:h" : ":h", all, NULL);
    if (found == OPTION_HELP || found == 'h') {
        print_help(command);
        exit(command_close_output(EXIT_YES));
    }
    if (found == '?' || found == ':') {
        complain_of_option(command, all, arguments, found);
        exit(EXIT_MISUSE);
    }
    return found;
}
