#include "words.h"

#include "core/text.h"

#include <err.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

enum {
    SHOWN_NAME = 64,
    SHOWN_SIZE = 4 * SHOWN_NAME + 4, /* each byte as \xNN, then "..." */
    DURATION_SIZE = 32,
    FAILED = 2,
};

void words_start(struct words *words)
{
    words->stream = open_memstream(&words->bytes, &words->size);
    if (words->stream == NULL)
        err(FAILED, "portclaim explain");
}

void words_add(struct words *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(words->stream, format, arguments);
    va_end(arguments);
}

void words_add_name(struct words *words, const char *name)
{
    char shown[SHOWN_SIZE];
    struct text text;
    text_start(&text, shown, sizeof(shown));
    text_add_visible(&text, name, SHOWN_NAME);
    words_add(words, "%s", shown);
}

void words_add_text(struct words *words, const char *text)
{
    for (; *text != '\0'; text++)
        words_add(words, *text >= ' ' && *text <= '~' ? "%c" : "\\x%02x", (unsigned char)*text);
}

void words_add_duration(struct words *words, uint64_t milliseconds)
{
    char shown[DURATION_SIZE];
    struct text text;
    text_start(&text, shown, sizeof(shown));
    text_add_duration(&text, milliseconds);
    words_add(words, "%s", shown);
}

void words_add_count(struct words *words, uint64_t count, const char *noun)
{
    words_add(words, "%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}

char *words_end(struct words *words)
{
    if (ferror(words->stream) || fclose(words->stream) != 0)
        err(FAILED, "portclaim explain");
    return words->bytes;
}
