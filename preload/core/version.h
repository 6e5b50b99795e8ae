/*
 * version: of the whole project. The command and the shared object are built together and used
 * together: settings and record are theirs in common.
 */
#ifndef PORTCLAIM_VERSION_H
#define PORTCLAIM_VERSION_H

#define PORTCLAIM_VERSION "0.1.0"

#endif
