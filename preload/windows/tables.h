/*
 * tables: every socket that Windows lists, by GetExtendedTcpTable and GetExtendedUdpTable
 * (learn.microsoft.com/windows/win32/api/iphlpapi/), IPv4 and IPv6.
 *
 * TCP sockets that are bound and do not listen have no row, neither on Windows nor under Wine.
 */
#ifndef PORTCLAIM_WINDOWS_TABLES_H
#define PORTCLAIM_WINDOWS_TABLES_H

#include "core/holder.h"
#include "system.h"

#include <iphlpapi.h>

/* One row, whatever its kind. */
struct table_row {
    struct socket socket; /* without inode and owner_user, which the tables do not tell */
    struct endpoint peer; /* port 0: none */
    DWORD tcp_state;      /* MIB_TCP_STATE_...; 0: UDP */
    int32_t pid;          /* of the process that made it, which may have ended; 0: not told */
    uint64_t created;     /* when the socket was bound, as a FILETIME; 0: not told (Wine 8) */
};

/*
 * Shows each socket of TCP or UDP; of TCP with `connections` also those that do not listen. False
 * when a table cannot be had, with `connections` not by deadline_ms of the clock (Wine 8 takes some
 * milliseconds for each row that nobody holds); some rows may have been shown by then.
 */
bool tables_read(enum protocol protocol, bool connections, uint64_t deadline_ms,
                 void (*take)(void *context, const struct table_row *row), void *context);

/* Addresses and ports as the tables and a sockaddr have them, in network order. */
void tables_set_ipv4(struct endpoint *endpoint, DWORD address, DWORD port);
void tables_set_ipv6(struct endpoint *endpoint, const UCHAR *address, DWORD port, DWORD scope);

#endif
