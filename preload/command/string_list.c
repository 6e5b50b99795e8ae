#include "string_list.h"

#include "command.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void string_list_add_bytes(struct string_list *strings, const char *bytes, size_t length)
{
    char **list = realloc(strings->list, (strings->count + 2) * sizeof(*list));
    char *copy = strndup(bytes, length);
    if (list == NULL || copy == NULL)
        err(EXIT_MISUSE, "portclaim");
    list[strings->count++] = copy;
    list[strings->count] = NULL;
    strings->list = list;
}

void string_list_add(struct string_list *strings, const char *string)
{
    string_list_add_bytes(strings, string, strlen(string));
}

void string_list_add_all(struct string_list *strings, char *const *list)
{
    for (; list != NULL && *list != NULL; list++)
        string_list_add(strings, *list);
}

void string_list_remove(struct string_list *strings, size_t index)
{
    free(strings->list[index]);
    /* The NULL behind the last moves as well. */
    memmove(strings->list + index, strings->list + index + 1,
            (strings->count - index) * sizeof(*strings->list));
    strings->count--;
}

const char *string_list_value(const struct string_list *strings, const char *name)
{
    size_t length = strlen(name);
    for (size_t index = 0; index < strings->count; index++) {
        const char *entry = strings->list[index];
        if (strncmp(entry, name, length) == 0 && entry[length] == '=')
            return entry + length + 1;
    }
    return NULL;
}

char *formatted(const char *format, ...)
{
    char *string = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&string, format, arguments);
    va_end(arguments);
    if (length < 0)
        err(EXIT_MISUSE, "portclaim");
    return string;
}

void string_list_free(struct string_list *strings)
{
    for (size_t index = 0; index < strings->count; index++)
        free(strings->list[index]);
    free(strings->list);
    *strings = (struct string_list){0};
}
