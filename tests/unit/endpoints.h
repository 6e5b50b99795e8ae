/* endpoints: reading and printing them in tests, where failure ends the test. */
#ifndef PORTCLAIM_TEST_ENDPOINTS_H
#define PORTCLAIM_TEST_ENDPOINTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/endpoint.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline struct endpoint parse(const char *string)
{
    struct endpoint endpoint;
    const char *error = NULL;
    if (!endpoint_parse(string, &endpoint, &error))
        fail_msg("\"%s\" was not read: %s", string, error);
    return endpoint;
}

static inline void print(const struct endpoint *endpoint, char shown[ENDPOINT_TEXT_SIZE])
{
    struct text text;
    text_start(&text, shown, ENDPOINT_TEXT_SIZE);
    endpoint_print(&text, endpoint);
    assert_false(text.truncated);
}

#endif
