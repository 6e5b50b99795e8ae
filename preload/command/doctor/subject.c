#include "subject.h"

#include "core/text.h"

#include <limits.h>
#include <string.h>

static int misuse_of_several(const struct subject_words *words)
{
    return command_misuse(&command_doctor, "one PROGRAM, %s or PID at a time", words->placeholder);
}

static enum subject_kind kind_of_option(int option)
{
    return option == SUBJECT_OPTION_UNIT  ? SUBJECT_UNIT
           : option == SUBJECT_OPTION_PID ? SUBJECT_PROCESS
                                          : SUBJECT_PROGRAM;
}

int subject_read(struct subject *subject, const struct subject_words *words,
                 const struct option *options, int count, char **arguments)
{
    int option;
    *subject = (struct subject){0};
    while ((option = command_next_option(&command_doctor, count, arguments, options)) != -1) {
        if (option == SUBJECT_OPTION_JSON) {
            subject->json = true;
        } else if (option != 0) {
            if (subject->name != NULL)
                return misuse_of_several(words);
            subject->kind = kind_of_option(option);
            subject->name = optarg;
        }
    }
    if (optind < count && subject->name == NULL)
        subject->name = arguments[optind++];
    if (subject->name == NULL || subject->name[0] == '\0')
        return command_misuse(
            &command_doctor, "what is to be looked at? Name a program, a %s or a PID", words->unit);
    return optind < count ? misuse_of_several(words) : EXIT_YES;
}

static bool is_number(const char *name)
{
    return name[strspn(name, "0123456789")] == '\0';
}

int subject_examine(const struct subject *subject, const struct subject_examiners *examiners,
                    struct patient *patient)
{
    enum subject_kind kind = subject->kind;
    if (kind == SUBJECT_ANY)
        kind = is_number(subject->name) ? SUBJECT_PROCESS : examiners->guess(subject->name);
    return examiners->examine[kind](patient, subject->name);
}

int subject_read_pid(const char *name, int32_t *pid)
{
    uint64_t number = 0;
    if (!text_read_number(&name, INT_MAX, &number) || *name != '\0' || number == 0)
        return command_misuse(&command_doctor, "a PID is a number from 1 to %d", INT_MAX);
    *pid = (int32_t)number;
    return EXIT_YES;
}
