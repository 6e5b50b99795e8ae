/*
 * endpoint: protocol + address + port (+ bound device) on which a server wants to listen, or the
 * path or abstract name of a Unix socket (unix(7)).
 */
#ifndef PORTCLAIM_ENDPOINT_H
#define PORTCLAIM_ENDPOINT_H

#include "text.h"

enum protocol { PROTOCOL_TCP, PROTOCOL_MPTCP, PROTOCOL_UDP, PROTOCOL_SCTP, PROTOCOL_UNIX };
enum family { FAMILY_IPV4, FAMILY_IPV6, FAMILY_UNIX };

enum {
    ENDPOINT_IPV4_BYTES = 4,
    ENDPOINT_IPV6_BYTES = 16,
    ENDPOINT_GROUP_BYTES = 2, /* an IPv6 address is written in groups of 16 bits */
    ENDPOINT_ADDRESS_SIZE = ENDPOINT_IPV6_BYTES,
    ENDPOINT_PATH_SIZE = 108, /* sun_path, unix(7) */
    ENDPOINT_TEXT_SIZE = 448, /* "unix:" and a path, of which every byte may be shown as \xNN */
};

/*
 * Of a Unix socket. Its path is a name only: two paths are the same place if the file is the same.
 */
struct endpoint_path {
    uint64_t device; /* of the file, as the host of struct file has it */
    uint64_t inode;  /* 0: there is no file, or it is not known */
    uint64_t place;  /* the same for every path that leads to this name in this directory */
    uint8_t length;
    char bytes[ENDPOINT_PATH_SIZE]; /* without NUL behind it; an abstract name begins with one */
};

struct endpoint {
    enum protocol protocol;
    enum family family;
    uint8_t address[ENDPOINT_ADDRESS_SIZE]; /* network order; IPv4 uses the first four bytes */
    uint16_t port;                          /* host order */
    uint32_t device; /* interface index it is bound to (also a link-local scope); 0: any */
    bool ipv6_only;  /* IPV6_V6ONLY; means nothing for IPv4 */
    struct endpoint_path path; /* FAMILY_UNIX, for which nothing else means anything */
};

/*
 * Family, address (in network order) and port (in host order). A link-local address, multicast
 * included, binds to the device of its scope as well, whatever device the socket was bound to; with
 * no scope (0) the device stays: __inet6_bind() in net/ipv6/af_inet6.c, seen on 6.18.
 */
void endpoint_set_ipv4(struct endpoint *endpoint, const void *address, uint16_t port);
void endpoint_set_ipv6(struct endpoint *endpoint, const void *address, uint16_t port,
                       uint32_t scope);

/* What bind(2) is given: a path, which ends with the first NUL, or NUL and an abstract name. */
void endpoint_set_unix(struct endpoint *endpoint, const char *bytes, size_t length);

bool endpoint_is_path(const struct endpoint *endpoint); /* in the file system */
bool endpoint_is_abstract(
    const struct endpoint *endpoint); /* a Unix socket's name without a file */

/* Can it be asked for by name? Not port 0, which is any. */
bool endpoint_is_fixed(const struct endpoint *endpoint);

/*
 * Reads "ADDRESS:PORT", "[ADDRESS6]:PORT", "*:PORT" or "PORT", each with "tcp:", "udp:" or "sctp:"
 * before it if need be; the last two are every address, IPv6 and IPv4. "%NUMBER" behind an address
 * is the index of a device. Names are not resolved. Port 0 is read. Where Unix sockets are served,
 * also "unix:/PATH" and "unix:@NAME" (abstract). On failure returns false and *error says what is
 * wanted ("want ..."); *endpoint is then undefined.
 */
bool endpoint_parse(const char *string, struct endpoint *endpoint, const char **error);

/*
 * "127.0.0.1:80", "[::1]:80" (RFC 5952), "udp:0.0.0.0:53", "[fe80::1%2]:80", "unix:/run/a.sock",
 * "unix:@a"
 */
void endpoint_print(struct text *text, const struct endpoint *endpoint);

/* "udp:" or "sctp:", as before an endpoint; nothing for TCP */
void endpoint_print_protocol(struct text *text, enum protocol protocol);

/*
 * "tcp", "udp", "sctp" or "unix": MPTCP shares the ports of TCP (RFC 8684, section 3.1) and is
 * named so. Protocols of one name share their ports, others never do.
 */
const char *endpoint_protocol_name(enum protocol protocol);

bool endpoint_is_wildcard(const struct endpoint *endpoint);

/*
 * May a socket bound to one keep the kernel from binding the other? The rule of the kernel's
 * inet_rcv_saddr_equal() and inet_bind_conflict(): the same port space and port, a device in
 * common, and overlapping addresses, where `::` without IPV6_V6ONLY overlaps all of IPv4 and a
 * mapped address (::ffff:a.b.c.d) is its IPv4 address. Options such as SO_REUSEADDR can lift a
 * conflict; they are not visible from outside and not considered. Unix sockets conflict when they
 * have the same file, or the same abstract name.
 */
bool endpoint_conflicts(const struct endpoint *left, const struct endpoint *right);

/* Does `outer` take in every address and device that `inner` does, on the same port? */
bool endpoint_covers(const struct endpoint *outer, const struct endpoint *inner);

#endif
