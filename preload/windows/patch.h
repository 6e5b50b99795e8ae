/*
 * patch: writing into code and tables that are loaded, and new code near them.
 *
 * New code is written first and made executable afterwards: at no time both. Code that is there
 * already is both for the moment of writing, since functions that are needed for it may stand in
 * the same page. A process that forbids dynamic code (ProcessDynamicCodePolicy) admits neither; it
 * admits patch_write() into tables. Last-error may change.
 */
#ifndef PORTCLAIM_WINDOWS_PATCH_H
#define PORTCLAIM_WINDOWS_PATCH_H

#include "system.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PATCH_CODE_SIZE = 4096, /* bytes: a page */
    PATCH_JUMP_SIZE = 14,   /* bytes of patch_jump() */
};

/* How many bytes from `address` on are mapped and executable, in one region: 0, if it is not. */
size_t patch_executable(const void *address);

/* As above, for bytes that can be read. */
size_t patch_readable(const void *address);

/*
 * A page of PATCH_CODE_SIZE bytes to write code to, from which any address in the 16 MB around
 * `anchor` is within 2 GB (a displacement of 32 bits). NULL: there is none. To be sealed or freed.
 */
uint8_t *patch_code_near(const void *anchor);

/* The same, at `lowest` or above and below `lowest` + 4 GB. */
uint8_t *patch_code_above(const void *lowest);

/* Makes it executable, and writable no more. */
bool patch_code_seal(uint8_t *code);
void patch_code_free(uint8_t *code);

/* Writes PATCH_JUMP_SIZE bytes: a jump to any address. */
void patch_jump(uint8_t *at, const void *target);

/*
 * Writes to what is protected against writing; 8 bytes that are aligned change in one step. False:
 * the pages can't be made writable, nothing has been changed.
 */
bool patch_write(void *at, const void *bytes, size_t length);

#endif
