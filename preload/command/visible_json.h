/*
 * visible_json: strings that somebody else chose, as JSON. Apart from visible, for where there is
 * no jansson.
 */
#ifndef PORTCLAIM_VISIBLE_JSON_H
#define PORTCLAIM_VISIBLE_JSON_H

#include <jansson.h>

/*
 * The string as JSON, as in the record: a byte outside printable ASCII becomes \u00NN. A new
 * reference. Dump with JSON_ENSURE_ASCII.
 */
json_t *visible_json(const char *string);

#endif
