#include "text.h"

#include <string.h>

/* ---- formatting ---- */

void text_start(struct text *text, char *buffer, size_t size)
{
    text->bytes = buffer;
    text->size = size;
    text->length = 0;
    text->truncated = false;
    buffer[0] = '\0';
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    size_t room = text->size - 1 - text->length;
    size_t taken = length < room ? length : room;
    if (taken < length)
        text->truncated = true;
    memcpy(text->bytes + text->length, bytes, taken);
    text->length += taken;
    text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

enum { DECIMAL = 10, HEXADECIMAL = 16, MOST_DIGITS = 20 /* of 64 bits, which are 2^64 - 1 */ };

/* Digits come out last first, so they are written from the end of their buffer. */
static void add_digits(struct text *text, uint64_t number, uint64_t base, size_t least_digits)
{
    char digits[MOST_DIGITS];
    size_t start = MOST_DIGITS;
    while (start > 0 && (number > 0 || MOST_DIGITS - start < least_digits)) {
        /* cppcheck-suppress zerodivcond ; the base is 10 or 16, and number is what may be 0 */
        digits[--start] = "0123456789abcdef"[number % base];
        number /= base;
    }
    text_add_bytes(text, digits + start, MOST_DIGITS - start);
}

void text_add_number(struct text *text, int64_t number)
{
    uint64_t magnitude = (uint64_t)number;
    if (number < 0) {
        text_add(text, "-");
        magnitude = 0 - magnitude; /* as unsigned: INT64_MIN has no positive twin */
    }
    add_digits(text, magnitude, DECIMAL, 1);
}

void text_add_hexadecimal(struct text *text, uint64_t number, size_t least_digits)
{
    add_digits(text, number, HEXADECIMAL, least_digits);
}

enum {
    MS_PER_S = 1000,
    MS_PER_TENTH_S = 100,
    MS_PER_MINUTE = 60 * MS_PER_S,
    MS_PER_HOUR = 60 * MS_PER_MINUTE,
    MS_PER_DAY = 24 * MS_PER_HOUR,
};

/*
 * The two largest units, rounded down like a clock, so that "60.0 s" and "5m60s" cannot be. Minutes
 * and seconds keep two digits where they come second, as on a clock. Milliseconds have no second
 * part: of zero at least no digits are none.
 */
void text_add_duration(struct text *text, uint64_t milliseconds)
{
    static const struct {
        uint64_t unit_ms;
        const char *unit;
        uint64_t part_ms;
        size_t part_digits;
        const char *part;
    } forms[] = {
        {MS_PER_DAY, "d", MS_PER_HOUR, 1, "h"},
        {MS_PER_HOUR, "h", MS_PER_MINUTE, 2, "m"},
        {MS_PER_MINUTE, "m", MS_PER_S, 2, "s"},
        {MS_PER_S, ".", MS_PER_TENTH_S, 1, " s"},
        {1, " ms", 1, 0, ""},
    };
    size_t form = 0;
    while (forms[form].unit_ms > 1 && milliseconds < forms[form].unit_ms)
        form++;
    add_digits(text, milliseconds / forms[form].unit_ms, DECIMAL, 1);
    text_add(text, forms[form].unit);
    add_digits(text, milliseconds % forms[form].unit_ms / forms[form].part_ms, DECIMAL,
               forms[form].part_digits);
    text_add(text, forms[form].part);
}

/* ---- strings that others chose ---- */

static bool is_printable(char byte)
{
    return byte >= ' ' && byte <= '~';
}

static bool is_quote_or_backslash(char byte)
{
    return byte == '"' || byte == '\\';
}

static void add_escape(struct text *text, const char *prefix, char byte, size_t digits)
{
    text_add(text, prefix);
    text_add_hexadecimal(text, (unsigned char)byte, digits);
}

/* Never measures the string: it may be megabytes long, and only its beginning is shown. */
void text_add_visible(struct text *text, const char *string, size_t limit)
{
    for (size_t shown = 0; string[shown] != '\0'; shown++) {
        if (shown == limit) {
            text_add(text, "...");
            return;
        }
        if (is_printable(string[shown]) && !is_quote_or_backslash(string[shown]))
            text_add_bytes(text, &string[shown], 1);
        else
            add_escape(text, "\\x", string[shown], 2);
    }
}

/* DEL is escaped as well, though JSON allows it: the record is read on terminals. */
void text_add_json(struct text *text, const char *string)
{
    text_add(text, "\"");
    for (const char *byte = string; *byte != '\0'; byte++) {
        if (is_quote_or_backslash(*byte))
            text_add(text, "\\");
        if (is_printable(*byte))
            text_add_bytes(text, byte, 1);
        else
            add_escape(text, "\\u", *byte, 4);
    }
    text_add(text, "\"");
}

/* ---- questions ---- */

bool text_equal(const char *left, const char *right)
{
    size_t length = strlen(left);
    return length == strlen(right) && memcmp(left, right, length) == 0;
}

bool text_starts_with(const char *string, const char *prefix)
{
    while (*prefix != '\0' && *string == *prefix) {
        string++;
        prefix++;
    }
    return *prefix == '\0';
}

bool text_ends_with(const char *string, const char *suffix)
{
    size_t length = strlen(string);
    size_t suffix_length = strlen(suffix);
    return length >= suffix_length &&
           memcmp(string + length - suffix_length, suffix, suffix_length) == 0;
}

const char *text_base_name(const char *path)
{
    const char *base = path;
    for (const char *byte = path; *byte != '\0'; byte++) {
        if (*byte == '/')
            base = byte + 1;
    }
    return base;
}

bool text_copy(char *target, size_t size, const char *source)
{
    struct text copy;
    text_start(&copy, target, size);
    text_add(&copy, source);
    return !copy.truncated;
}

bool text_read_number(const char **cursor, uint64_t most, uint64_t *number)
{
    const char *digit = *cursor;
    uint64_t value = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        uint64_t digit_value = (uint64_t)(*digit - '0');
        if (digit_value > most || value > (most - digit_value) / DECIMAL)
            return false;
        value = value * DECIMAL + digit_value;
    }
    if (digit == *cursor)
        return false;
    *cursor = digit;
    *number = value;
    return true;
}

uint64_t text_hash(uint64_t hash, const char *bytes, size_t length)
{
    const uint64_t fnv_prime = UINT64_C(0x100000001b3);
    for (size_t index = 0; index < length; index++)
        hash = (hash ^ (unsigned char)bytes[index]) * fnv_prime;
    return hash;
}

/* ---- globs ---- */

/* One byte of a [class], which a backslash may quote; NUL when the class is never closed. */
static unsigned char read_class_byte(const char **cursor)
{
    if (**cursor == '\\')
        (*cursor)++;
    unsigned char byte = (unsigned char)**cursor;
    if (byte != '\0')
        (*cursor)++;
    return byte;
}

/* `class` is what follows the bracket. Returns what follows the class, NULL if it never ends. */
static const char *match_class(const char *class, unsigned char byte, bool *matches)
{
    bool negated = *class == '!' || *class == '^';
    const char *first = negated ? class + 1 : class;
    const char *cursor = first;
    bool found = false;
    while (*cursor != ']' || cursor == first) { /* "[]a]": a bracket that comes first is a byte */
        unsigned char low = read_class_byte(&cursor);
        unsigned char high = low;
        if (cursor[0] == '-' && cursor[1] != ']') {
            cursor++;
            high = read_class_byte(&cursor);
        }
        if (low == '\0' || high == '\0')
            return NULL;
        if (low <= byte && byte <= high)
            found = true;
    }
    *matches = found != negated;
    return cursor + 1;
}

/* Any part of a pattern but `*` stands for one byte. Returns what follows it, NULL if it fails. */
static const char *match_one(const char *pattern, char byte)
{
    if (*pattern == '?')
        return pattern + 1;
    if (*pattern == '[') {
        bool matches = false;
        const char *rest = match_class(pattern + 1, (unsigned char)byte, &matches);
        if (rest != NULL)
            return matches ? rest : NULL;
    }
    if (*pattern == '\\')
        pattern++;
    return *pattern == byte ? pattern + 1 : NULL;
}

/*
 * A failure goes back to the last star alone and lets it take one byte more: whatever an earlier
 * star could give up, the last one can take.
 */
bool text_matches_glob(const char *pattern, const char *string)
{
    const char *behind_star = NULL;
    const char *star_end = NULL; /* what the star has taken of the string so far */
    while (*string != '\0') {
        if (*pattern == '*') {
            behind_star = ++pattern;
            star_end = string;
            continue;
        }
        const char *rest = match_one(pattern, *string);
        if (rest == NULL && behind_star == NULL)
            return false;
        pattern = rest != NULL ? rest : behind_star;
        string = rest != NULL ? string + 1 : ++star_end;
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
