/*
 * version: the ELF note in which the shared object says its version (core/version.h), a string
 * that ends in NUL.
 */
#ifndef PORTCLAIM_LINUX_VERSION_H
#define PORTCLAIM_LINUX_VERSION_H

#define VERSION_NOTE_OWNER "portclaim"
enum { VERSION_NOTE_TYPE = 1 };

#endif
