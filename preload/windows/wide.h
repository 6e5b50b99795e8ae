/*
 * wide: between the UTF-16 of Windows and the UTF-8 of the core, bounded and without the heap.
 *
 * File names and command lines may hold surrogates without a partner. They become the three bytes
 * that the rule of UTF-8 gives them (WTF-8, https://simonsapin.github.io/wtf-8/) and back again, so
 * that two different names never become equal.
 */
#ifndef PORTCLAIM_WINDOWS_WIDE_H
#define PORTCLAIM_WINDOWS_WIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/*
 * Both fill `size` bytes or `count` units at most, of which there must be one, and always end in
 * NUL. False when it was cut, which is never within a character.
 */
bool wide_to_text(const wchar_t *wide, char *text, size_t size);

/* Also false when `text` is no WTF-8; what comes before the fault is converted. */
bool wide_from_text(const char *text, wchar_t *wide, size_t count);

#endif
