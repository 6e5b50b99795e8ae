/*
 * library_directory: where `make install` puts the shared object (LIBDIR).
 */
#ifndef PORTCLAIM_LIBRARY_DIRECTORY_H
#define PORTCLAIM_LIBRARY_DIRECTORY_H

/* Absolute, without a slash at its end. Static memory. */
extern const char library_directory[];

#endif
