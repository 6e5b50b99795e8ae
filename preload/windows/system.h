/*
 * system: the headers of Windows in the one order that works: winsock2.h before windows.h, which
 * would bring in the winsock of 1992 instead.
 */
#ifndef PORTCLAIM_WINDOWS_SYSTEM_H
#define PORTCLAIM_WINDOWS_SYSTEM_H

/* clang-format off */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
/* clang-format on */

#endif
