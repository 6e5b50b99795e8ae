/*
 * proc_net: the sockets of a port by /proc/net/{tcp,udp}{,6}, where there is no AF_NETLINK.
 *
 * Less than sock_diag knows: bound sockets that do not listen are missing, the bound device and
 * IPV6_V6ONLY are not told (a wildcard IPv6 socket counts as one for both families, the kernel's
 * default).
 */
#ifndef PORTCLAIM_PROC_NET_H
#define PORTCLAIM_PROC_NET_H

#include "listeners.h"

/*
 * As sockets_look_up, but not for SCTP, whose tables are others; `buffer` is scratch memory. False
 * when a table could not be read.
 */
bool proc_net_look_up(const struct request *request, struct obstacles *obstacles,
                      struct listeners *listeners, char *buffer, size_t size);

/* Does the kernel speak IPv6 at all? */
bool proc_net_has_ipv6(void);

/* Can there be a socket of SCTP: is the module loaded, or does /proc not tell? */
bool proc_net_has_sctp(void);

#endif
