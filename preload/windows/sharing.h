/*
 * sharing: which binds conflict on Windows, and which succeed beside a living socket and silently
 * share its port. There bind() does not always fail where it fails elsewhere, so that a stale
 * holder can go unnoticed: then the table of sockets has to be asked before the call.
 *
 * Source: "Sharing Transport Addresses", learn.microsoft.com/windows-hardware/drivers/network/
 * sharing-transport-addresses, which is the rule of tcpip.sys for Winsock as well ("Using
 * SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", since Windows Server 2003). Wine binds as Linux does.
 *
 * Pure: no system call, no header of Windows.
 */
#ifndef PORTCLAIM_WINDOWS_SHARING_H
#define PORTCLAIM_WINDOWS_SHARING_H

#include <stdbool.h>

/* What a socket was set to before its bind. */
enum sharing {
    SHARING_DEFAULT,
    SHARING_ALLOWED,   /* SO_REUSEADDR */
    SHARING_FORBIDDEN, /* SO_EXCLUSIVEADDRUSE */
};

enum sharing_answer {
    SHARING_SUCCEEDS, /* both have the port */
    SHARING_IN_USE,   /* WSAEADDRINUSE */
    SHARING_REFUSED,  /* WSAEACCES */
    SHARING_CHECKED,  /* succeeds when both are the same user's, else WSAEACCES */
};

/* A socket bound to the port, or about to be. */
struct sharing_socket {
    enum sharing sharing;
    bool wildcard; /* bound to every address; else both are bound to the same one */
};

/* What `second` is answered while `first` is bound. */
enum sharing_answer sharing_answer(struct sharing_socket first, struct sharing_socket second);

/*
 * Can this bind succeed beside a socket whose options nobody can see from outside, on the same
 * address (wildcard beside wildcard, or one address twice)?
 */
bool sharing_hides_equal(struct sharing_socket second);

/* The same beside any conflicting socket of the same user, also between wildcard and address. */
bool sharing_hides_any(struct sharing_socket second);

#endif
