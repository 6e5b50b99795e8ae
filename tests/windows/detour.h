/* What the parts of detour.exe share. */
#ifndef TEST_DETOUR_H
#define TEST_DETOUR_H

#include "windows/system.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each prints what it has seen; what failed goes through expect(). */
void test_exports(const char *library, bool call);
void test_refusals(void);
void test_shapes(void);
void test_distance(void);
void test_protected(void);
void test_imports(const char *library, bool dynamic_code);

/* Prints "failed: ..." and remembers it, when not `held`. Returns `held`. */
bool expect(bool held, const char *format, ...) __attribute__((format(__printf__, 2, 3)));

/* A new page with this code and int3 behind it, at `address` or (NULL) anywhere; executable. */
uint8_t *make_code(void *address, const uint8_t *code, size_t length);

/* As make_code(), with as many bytes as the page has room for: they end where it ends. */
uint8_t *make_code_at_end(const uint8_t *code, size_t length);

/*
 * A process that forbids dynamic code (ProcessDynamicCodePolicy, which Wine has not): from now on
 * VirtualProtect() refuses, for this program, what is executable.
 */
void forbid_dynamic_code(void);

#endif
