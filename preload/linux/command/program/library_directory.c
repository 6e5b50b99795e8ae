#include "library_directory.h"

/* Alone in its file: for another LIBDIR nothing else is compiled again. */
const char library_directory[] = PORTCLAIM_LIBDIR;
const char library_names[] = PORTCLAIM_KNOWN_LIBS;
