#include "wide.h"

#include <stdint.h>

enum {
    HIGH_FIRST = 0xd800, /* the first half of a surrogate pair ... */
    LOW_FIRST = 0xdc00,  /* ... and the second */
    SURROGATES_END = 0xe000,
    PAIRED_FIRST = 0x10000, /* what needs a pair */
    CHARACTERS_END = 0x110000,
    HALF_BITS = 10, /* that one half carries */
    HALF_MASK = 0x3ff,
    FOLLOWING = 0x80, /* bytes after the first are 10xxxxxx */
    FOLLOWING_BITS = 6,
    FOLLOWING_MASK = 0x3f,
};

static bool is_high(uint32_t unit)
{
    return unit >= HIGH_FIRST && unit < LOW_FIRST;
}

static bool is_low(uint32_t unit)
{
    return unit >= LOW_FIRST && unit < SURROGATES_END;
}

/* ---- UTF-16 to UTF-8 ---- */

static uint32_t take_wide(const wchar_t **wide)
{
    uint32_t unit = (uint16_t) * (*wide)++;
    uint32_t next = (uint16_t) * *wide;
    if (!is_high(unit) || !is_low(next))
        return unit;
    (*wide)++;
    return PAIRED_FIRST + ((unit & HALF_MASK) << HALF_BITS) + (next & HALF_MASK);
}

/* Returns how many bytes. */
static size_t put_text(uint32_t character, unsigned char bytes[4])
{
    static const uint32_t ends[] = {0x80, 0x800, PAIRED_FIRST, CHARACTERS_END};
    static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0}; /* of the first byte */
    size_t following = 0;
    while (character >= ends[following])
        following++;
    for (size_t at = following; at > 0; at--) {
        bytes[at] = (unsigned char)(FOLLOWING | (character & FOLLOWING_MASK));
        character >>= FOLLOWING_BITS;
    }
    bytes[0] = (unsigned char)(marks[following] | character);
    return following + 1;
}

bool wide_to_text(const wchar_t *wide, char *text, size_t size)
{
    while (*wide != L'\0') {
        unsigned char bytes[4];
        size_t length = put_text(take_wide(&wide), bytes);
        if (length >= size) {
            *text = '\0';
            return false;
        }
        for (size_t at = 0; at < length; at++)
            *text++ = (char)bytes[at];
        size -= length;
    }
    *text = '\0';
    return true;
}

/* ---- UTF-8 to UTF-16 ---- */

/* False when there is no well-formed character; overlong forms are none. */
static bool take_text(const char **text, uint32_t *character)
{
    static const struct {
        unsigned char mask; /* of the first byte: the bits that tell the length */
        unsigned char mark; /* and what they are */
        uint32_t least;
    } forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, PAIRED_FIRST}};
    const unsigned char *bytes = (const unsigned char *)*text;
    size_t following = 0;
    while (following < 4 && (bytes[0] & forms[following].mask) != forms[following].mark)
        following++;
    if (following == 4)
        return false;
    *character = bytes[0] & (unsigned char)~forms[following].mask;
    for (size_t at = 1; at <= following; at++) {
        if ((bytes[at] & ~FOLLOWING_MASK & 0xff) != FOLLOWING)
            return false; /* the NUL at the end as well */
        *character = *character << FOLLOWING_BITS | (bytes[at] & FOLLOWING_MASK);
    }
    *text += following + 1;
    return *character >= forms[following].least && *character < CHARACTERS_END;
}

bool wide_from_text(const char *text, wchar_t *wide, size_t count)
{
    bool whole = true;
    while (whole && *text != '\0') {
        uint32_t character = 0;
        whole = take_text(&text, &character);
        size_t length = character >= PAIRED_FIRST ? 2 : 1;
        if (!whole || length >= count) {
            whole = false;
        } else if (length == 1) {
            *wide++ = (wchar_t)character;
        } else {
            character -= PAIRED_FIRST;
            *wide++ = (wchar_t)(HIGH_FIRST + (character >> HALF_BITS));
            *wide++ = (wchar_t)(LOW_FIRST + (character & HALF_MASK));
        }
        count -= length;
    }
    *wide = L'\0';
    return whole;
}
