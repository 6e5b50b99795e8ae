/*
 * library_directory: where `make install` and `make install-multilib` put the shared objects.
 */
#ifndef PORTCLAIM_LIBRARY_DIRECTORY_H
#define PORTCLAIM_LIBRARY_DIRECTORY_H

/* LIBDIR: absolute, without a slash at its end. Static memory. */
extern const char library_directory[];

/* KNOWN_LIBS: what "$LIB" means to the loader of one distribution or another, divided by blanks. */
extern const char library_names[];

#endif
