/*
 * inject_ways: the two ways of inject(), one by one. Rights, state and results as there.
 */
#ifndef PORTCLAIM_WINDOWS_INJECT_WAYS_H
#define PORTCLAIM_WINDOWS_INJECT_WAYS_H

#include "image.h"
#include "inject.h"

/*
 * `dll` in ASCII: an import table knows bytes only, which Windows takes for the system's code page
 * and Wine for Latin-1.
 */
enum inject_result inject_by_imports(HANDLE process, const struct image *image, const wchar_t *dll);

/*
 * Returns when the DLL is loaded; the process's initialization, which every first thread does, is
 * then over, while its main thread has still not begun.
 */
enum inject_result inject_by_thread(HANDLE process, const wchar_t *dll);

#endif
