/*
 * imports: a function replaced where others look it up, for processes whose code can't be changed
 * (detour.h says DETOUR_PROTECTED).
 *
 * Changed are: the import tables of all modules that are loaded, also delayed ones, and the export
 * table, from which modules that come later and GetProcAddress() take it. An export is 32 bits,
 * counted from its module upwards: a replacement that lies below needs a relay, and where no code
 * may be made (ProcessDynamicCodePolicy) the export stays. Not reached is who has taken the address
 * into a variable of his own. The module that `replacement` stands in keeps the original.
 *
 * To be called in DllMain: the list of modules must not change meanwhile. Last-error may change.
 */
#ifndef PORTCLAIM_WINDOWS_IMPORTS_H
#define PORTCLAIM_WINDOWS_IMPORTS_H

#include <stdbool.h>
#include <wchar.h>

/*
 * `*original` is set before the first call can come to `replacement`. False, with `*original` NULL:
 * no such function, or nothing could be replaced.
 */
bool imports_replace(const wchar_t *module, const char *name, void *replacement, void **original);

#endif
