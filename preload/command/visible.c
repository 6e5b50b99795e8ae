#include "visible.h"

#include "core/text.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { ESCAPED = 4 /* \xNN */, FAILED = 2 };

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL)
        err(FAILED, "portclaim");
    return memory;
}

char *visible(const char *string)
{
    struct text text;
    size_t size = strlen(string) * ESCAPED + 1;
    char *shown = allocate(size);
    text_start(&text, shown, size);
    text_add_visible(&text, string, size);
    return shown;
}
