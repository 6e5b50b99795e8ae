#include "arguments.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { FAILED = 2 };

void arguments_add(struct arguments *words, const char *word)
{
    char **list = realloc(words->list, (words->count + 2) * sizeof(*list));
    char *copy = strdup(word);
    if (list == NULL || copy == NULL)
        err(FAILED, "portclaim");
    list[words->count++] = copy;
    list[words->count] = NULL;
    words->list = list;
}

void arguments_add_all(struct arguments *words, char *const *list)
{
    for (; *list != NULL; list++)
        arguments_add(words, *list);
}

void arguments_free(struct arguments *words)
{
    for (size_t index = 0; index < words->count; index++)
        free(words->list[index]);
    free(words->list);
    *words = (struct arguments){0};
}
