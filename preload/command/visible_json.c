#include "visible_json.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { FAILED = 2 };

/* The first 256 characters of Unicode are Latin-1's (ISO 8859-1), two bytes each beyond ASCII. */
json_t *visible_json(const char *string)
{
    char *latin = malloc(strlen(string) * 2 + 1);
    char *end = latin;
    if (latin == NULL)
        err(FAILED, "portclaim");
    for (const unsigned char *byte = (const unsigned char *)string; *byte != '\0'; byte++) {
        if (*byte < 0x80) {
            *end++ = (char)*byte;
        } else {
            *end++ = (char)(0xC0 | *byte >> 6);
            *end++ = (char)(0x80 | (*byte & 0x3F));
        }
    }
    *end = '\0';
    json_t *value = json_string(latin);
    free(latin);
    if (value == NULL)
        err(FAILED, "portclaim");
    return value;
}
