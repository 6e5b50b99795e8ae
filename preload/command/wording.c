#include "wording.h"

#include "core/text.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SHOWN_NAME = 64,
    SHOWN_SIZE = 4 * SHOWN_NAME + 4, /* each byte as \xNN, then "..." */
    DURATION_SIZE = 32,
    FIRST_SIZE = 256,
    FAILED = 2,
};

/* Room for `length` more bytes and the NUL behind them. */
static void make_room(struct wording *words, size_t length)
{
    size_t size = words->size == 0 ? FIRST_SIZE : words->size;
    while (size - words->length <= length)
        size *= 2;
    if (size == words->size)
        return;
    words->bytes = realloc(words->bytes, size);
    if (words->bytes == NULL)
        err(FAILED, "portclaim");
    words->size = size;
}

void wording_add_list(struct wording *words, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        err(FAILED, "portclaim");
    make_room(words, (size_t)length);
    (void)vsnprintf(words->bytes + words->length, (size_t)length + 1, format, arguments);
    words->length += (size_t)length;
}

void wording_add(struct wording *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    wording_add_list(words, format, arguments);
    va_end(arguments);
}

void wording_add_name(struct wording *words, const char *name)
{
    char shown[SHOWN_SIZE];
    struct text text;
    text_start(&text, shown, sizeof(shown));
    text_add_visible(&text, name, SHOWN_NAME);
    wording_add(words, "%s", shown);
}

void wording_add_text(struct wording *words, const char *text)
{
    for (; *text != '\0'; text++)
        wording_add(words, *text >= ' ' && *text <= '~' ? "%c" : "\\x%02x", (unsigned char)*text);
}

void wording_add_duration(struct wording *words, uint64_t milliseconds)
{
    char shown[DURATION_SIZE];
    struct text text;
    text_start(&text, shown, sizeof(shown));
    text_add_duration(&text, milliseconds);
    wording_add(words, "%s", shown);
}

void wording_add_count(struct wording *words, uint64_t count, const char *noun)
{
    wording_add(words, "%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}

char *wording_end(struct wording *words)
{
    wording_add(words, "%s", "");
    char *bytes = words->bytes;
    *words = (struct wording){0};
    return bytes;
}
