/*
 * version: what portclaim.dll and portclaim.exe can be told by. Each exports its version
 * (core/version.h), a string that ends in NUL, under a name of its own.
 */
#ifndef PORTCLAIM_WINDOWS_VERSION_H
#define PORTCLAIM_WINDOWS_VERSION_H

/* Of the DLL: the only one, with the ordinal 1, by which inject.h names it in an import table. */
#define VERSION_EXPORT "portclaim_version"

/* Of the program. The DLL leaves bind() alone where it finds it. */
#define VERSION_COMMAND_EXPORT "portclaim_command"

#endif
