#include "endpoint.h"

#include "conventions.h"

#include <string.h>

enum {
    IPV4_BYTES = 4,
    IPV6_BYTES = 16,
    GROUP_BYTES = 2, /* an IPv6 address is written in groups of 16 bits */
    GROUPS = IPV6_BYTES / GROUP_BYTES,
    GROUP_DIGITS = 4,
    BITS_PER_BYTE = 8,
    BITS_PER_DIGIT = 4,
    BYTE_MOST = 255,
    DECIMAL = 10,
};

/* ::ffff:0:0/96, RFC 4291, section 2.5.5.2 */
static const uint8_t mapped_prefix[IPV6_BYTES - IPV4_BYTES] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff,
};

static bool is_mapped(const struct endpoint *endpoint)
{
    return endpoint->family == FAMILY_IPV6 &&
           memcmp(endpoint->address, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

/*
 * fe80::/10 (RFC 4291, section 2.5.6), and multicast within an interface or a link: ff01::, ff02::
 * with any flags (section 2.7). The kernel's __ipv6_addr_needs_scope_id().
 */
static bool needs_scope(const struct endpoint *endpoint)
{
    const uint8_t *address = endpoint->address;
    uint8_t multicast_scope = address[1] & 0x0f;
    return (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) ||
           (address[0] == 0xff && (multicast_scope == 1 || multicast_scope == 2));
}

void endpoint_set_ipv4(struct endpoint *endpoint, const void *address, uint16_t port)
{
    endpoint->family = FAMILY_IPV4;
    memcpy(endpoint->address, address, IPV4_BYTES);
    endpoint->port = port;
}

void endpoint_set_ipv6(struct endpoint *endpoint, const void *address, uint16_t port,
                       uint32_t scope)
{
    endpoint->family = FAMILY_IPV6;
    memcpy(endpoint->address, address, IPV6_BYTES);
    endpoint->port = port;
    if (scope != 0 && needs_scope(endpoint))
        endpoint->device = scope;
}

void endpoint_set_unix(struct endpoint *endpoint, const char *bytes, size_t length)
{
    struct endpoint_path *path = &endpoint->path;
    bool is_abstract = length > 0 && bytes[0] == '\0';
    endpoint->family = FAMILY_UNIX;
    endpoint->protocol = PROTOCOL_UNIX;
    memset(path, 0, sizeof(*path));
    while (path->length < length && path->length < sizeof(path->bytes) &&
           (is_abstract || bytes[path->length] != '\0')) {
        path->bytes[path->length] = bytes[path->length];
        path->length++;
    }
    if (is_abstract)
        path->place = text_hash(TEXT_HASH_START, path->bytes, path->length);
}

static bool is_unix(const struct endpoint *endpoint)
{
    return endpoint->family == FAMILY_UNIX;
}

bool endpoint_is_path(const struct endpoint *endpoint)
{
    return is_unix(endpoint) && endpoint->path.bytes[0] != '\0';
}

bool endpoint_is_abstract(const struct endpoint *endpoint)
{
    return is_unix(endpoint) && endpoint->path.bytes[0] == '\0';
}

bool endpoint_is_fixed(const struct endpoint *endpoint)
{
    return is_unix(endpoint) || endpoint->port != 0;
}

/* ---- parsing ---- */

static bool skip(const char **cursor, const char *expected)
{
    if (!text_starts_with(*cursor, expected))
        return false;
    *cursor += strlen(expected);
    return true;
}

static bool is_decimal_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool read_hexadecimal_digit(char byte, uint32_t *value)
{
    if (is_decimal_digit(byte))
        *value = (uint32_t)(byte - '0');
    else if (byte >= 'a' && byte <= 'f')
        *value = (uint32_t)(byte - 'a') + DECIMAL;
    else if (byte >= 'A' && byte <= 'F')
        *value = (uint32_t)(byte - 'A') + DECIMAL;
    else
        return false;
    return true;
}

/* "010" would be eight to inet_aton(3) and ten to people, so it is nothing here. */
static bool read_ipv4_byte(const char **cursor, uint8_t *byte)
{
    uint64_t number;
    if ((*cursor)[0] == '0' && is_decimal_digit((*cursor)[1]))
        return false;
    if (!text_read_number(cursor, BYTE_MOST, &number))
        return false;
    *byte = (uint8_t)number;
    return true;
}

/* On failure *cursor stays where it was. */
static bool read_ipv4(const char **cursor, uint8_t *address)
{
    const char *next = *cursor;
    for (size_t index = 0; index < IPV4_BYTES; index++) {
        if (index > 0 && !skip(&next, "."))
            return false;
        if (!read_ipv4_byte(&next, &address[index]))
            return false;
    }
    *cursor = next;
    return true;
}

static bool read_group(const char **cursor, uint8_t *address)
{
    uint32_t group = 0;
    uint32_t digit;
    size_t digits = 0;
    while (digits < GROUP_DIGITS && read_hexadecimal_digit(**cursor, &digit)) {
        group = group << BITS_PER_DIGIT | digit;
        (*cursor)++;
        digits++;
    }
    address[0] = (uint8_t)(group >> BITS_PER_BYTE);
    address[1] = (uint8_t)group;
    return digits > 0;
}

/*
 * RFC 4291, section 2.2: groups with a colon between any two, of which the last two may be written
 * as an IPv4 address, behind which nothing follows. Returns their length in bytes and leaves
 * *cursor before whatever is no group.
 */
static size_t read_groups(const char **cursor, uint8_t *address, size_t room, bool *ends_in_ipv4)
{
    const char *next = *cursor;
    size_t length = 0;
    *ends_in_ipv4 = false;
    while (!*ends_in_ipv4 && length + GROUP_BYTES <= room) {
        *ends_in_ipv4 = length + IPV4_BYTES <= room && read_ipv4(&next, address + length);
        if (!*ends_in_ipv4 && !read_group(&next, address + length))
            break;
        length += *ends_in_ipv4 ? IPV4_BYTES : GROUP_BYTES;
        *cursor = next;
        if (!skip(&next, ":"))
            break;
    }
    return length;
}

static bool read_ipv6(const char **cursor, uint8_t *address)
{
    uint8_t tail[IPV6_BYTES];
    bool ends_in_ipv4;
    size_t length = read_groups(cursor, address, IPV6_BYTES, &ends_in_ipv4);
    if (!skip(cursor, "::"))
        return length == IPV6_BYTES;
    if (ends_in_ipv4 || length + GROUP_BYTES > IPV6_BYTES)
        return false; /* "::" stands for one group at least */
    size_t room = IPV6_BYTES - GROUP_BYTES - length;
    size_t tail_length = read_groups(cursor, tail, room, &ends_in_ipv4);
    memset(address + length, 0, IPV6_BYTES - length);
    memcpy(address + IPV6_BYTES - tail_length, tail, tail_length);
    return true;
}

/* "%2": the index alone, for names of interfaces are the operating system's. */
static bool read_device(const char **cursor, uint32_t *device)
{
    uint64_t number;
    if (!skip(cursor, "%"))
        return true;
    if (!text_read_number(cursor, UINT32_MAX, &number))
        return false;
    *device = (uint32_t)number;
    return true;
}

static bool is_port_alone(const char *string)
{
    while (is_decimal_digit(*string))
        string++;
    return *string == '\0';
}

/* Up to and including the colon before the port. */
static bool read_address(const char **cursor, struct endpoint *endpoint)
{
    endpoint->family = FAMILY_IPV6; /* and `::` as long as nothing else is read: every address */
    if (skip(cursor, "*:") || is_port_alone(*cursor))
        return true;
    if (skip(cursor, "["))
        return read_ipv6(cursor, endpoint->address) && read_device(cursor, &endpoint->device) &&
               skip(cursor, "]:");
    endpoint->family = FAMILY_IPV4;
    return read_ipv4(cursor, endpoint->address) && read_device(cursor, &endpoint->device) &&
           skip(cursor, ":");
}

static bool parse_unix(const char *name, struct endpoint *endpoint, const char **error)
{
    size_t length = strlen(name);
    *error = "want a port: this system's programs have no paths of Unix sockets to claim";
    if (!conventions.has_unix_sockets)
        return false;
    *error = "want unix:/PATH or unix:@NAME, in at most 107 bytes behind the colon";
    if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= ENDPOINT_PATH_SIZE)
        return false;
    endpoint_set_unix(endpoint, name, length);
    if (name[0] == '@') {
        char abstract[ENDPOINT_PATH_SIZE];
        memcpy(abstract, name, length);
        abstract[0] = '\0';
        endpoint_set_unix(endpoint, abstract, length);
    }
    return true;
}

static bool read_protocol(const char **cursor, enum protocol *protocol)
{
    *protocol = PROTOCOL_TCP;
    if (skip(cursor, "udp:"))
        *protocol = PROTOCOL_UDP;
    else if (skip(cursor, "sctp:"))
        *protocol = PROTOCOL_SCTP;
    else
        skip(cursor, "tcp:");
    return *protocol != PROTOCOL_SCTP || conventions.speaks_sctp;
}

bool endpoint_parse(const char *string, struct endpoint *endpoint, const char **error)
{
    const char *cursor = string;
    uint64_t port;
    memset(endpoint, 0, sizeof(*endpoint));
    if (skip(&cursor, "unix:"))
        return parse_unix(cursor, endpoint, error);
    if (!read_protocol(&cursor, &endpoint->protocol)) {
        *error = "want tcp: or udp:; this system has no SCTP";
        return false;
    }
    if (!read_address(&cursor, endpoint)) {
        *error = "want 127.0.0.1:PORT, [::1]:PORT or PORT; addresses are numbers, not names";
        return false;
    }
    if (!text_read_number(&cursor, UINT16_MAX, &port) || *cursor != '\0') {
        *error = "want a port from 0 to 65535";
        return false;
    }
    endpoint->port = (uint16_t)port;
    return true;
}

/* ---- printing ---- */

static const char tcp[] = "tcp";
static const char *const names[] = {
    [PROTOCOL_TCP] = tcp,     [PROTOCOL_MPTCP] = tcp,   [PROTOCOL_UDP] = "udp",
    [PROTOCOL_SCTP] = "sctp", [PROTOCOL_UNIX] = "unix",
};

static void add_ipv4(struct text *text, const uint8_t *address)
{
    for (size_t index = 0; index < IPV4_BYTES; index++) {
        text_add(text, index > 0 ? "." : "");
        text_add_number(text, address[index]);
    }
}

static uint32_t group_at(const uint8_t *address, size_t group)
{
    const uint8_t *bytes = address + group * GROUP_BYTES;
    return (uint32_t)bytes[0] << BITS_PER_BYTE | bytes[1];
}

/* RFC 5952, section 4.2: the longest run of zero groups, the first of equals, never one alone. */
static size_t find_gap(const uint8_t *address, size_t *length)
{
    size_t gap = GROUPS;
    size_t run = 0;
    *length = 1;
    for (size_t group = 0; group < GROUPS; group++) {
        run = group_at(address, group) == 0 ? run + 1 : 0;
        if (run > *length) {
            *length = run;
            gap = group + 1 - run;
        }
    }
    return gap;
}

static void add_ipv6(struct text *text, const uint8_t *address)
{
    size_t gap_length;
    size_t gap = find_gap(address, &gap_length);
    for (size_t group = 0; group < GROUPS; group++) {
        if (group == gap) {
            text_add(text, "::");
            group += gap_length - 1;
            continue;
        }
        text_add(text, group > 0 && group != gap + gap_length ? ":" : "");
        text_add_hexadecimal(text, group_at(address, group), 1);
    }
}

static void add_device(struct text *text, uint32_t device)
{
    if (device == 0)
        return;
    text_add(text, "%");
    text_add_number(text, device);
}

static void add_address(struct text *text, const struct endpoint *endpoint)
{
    if (endpoint->family == FAMILY_IPV4) {
        add_ipv4(text, endpoint->address);
        add_device(text, endpoint->device);
        return;
    }
    text_add(text, "[");
    if (is_mapped(endpoint)) { /* RFC 5952, section 5 */
        text_add(text, "::ffff:");
        add_ipv4(text, endpoint->address + sizeof(mapped_prefix));
    } else {
        add_ipv6(text, endpoint->address);
    }
    add_device(text, endpoint->device);
    text_add(text, "]");
}

static void add_path(struct text *text, const struct endpoint_path *path)
{
    text_add(text, "unix:");
    for (size_t index = 0; index < path->length; index++) {
        const char byte[] = {path->bytes[index], '\0'};
        if (byte[0] != '\0')
            text_add_visible(text, byte, 1);
        else
            text_add(text, index == 0 ? "@" : "\\x00");
    }
}

void endpoint_print_protocol(struct text *text, enum protocol protocol)
{
    const char *name = endpoint_protocol_name(protocol);
    if (name == names[PROTOCOL_TCP])
        return;
    text_add(text, name);
    text_add(text, ":");
}

void endpoint_print(struct text *text, const struct endpoint *endpoint)
{
    if (is_unix(endpoint)) {
        add_path(text, &endpoint->path);
        return;
    }
    endpoint_print_protocol(text, endpoint->protocol);
    add_address(text, endpoint);
    text_add(text, ":");
    text_add_number(text, endpoint->port);
}

const char *endpoint_protocol_name(enum protocol protocol)
{
    return names[protocol];
}

/* ---- conflicts ---- */

static bool is_ipv4(const struct endpoint *endpoint)
{
    return endpoint->family == FAMILY_IPV4 || is_mapped(endpoint);
}

/* The bytes that are compared, and how many. */
static const uint8_t *compared_bytes(const struct endpoint *endpoint, size_t *length)
{
    *length = is_ipv4(endpoint) ? IPV4_BYTES : IPV6_BYTES;
    return is_mapped(endpoint) ? endpoint->address + sizeof(mapped_prefix) : endpoint->address;
}

bool endpoint_is_wildcard(const struct endpoint *endpoint)
{
    size_t length;
    if (is_unix(endpoint))
        return false;
    const uint8_t *bytes = compared_bytes(endpoint, &length);
    while (length > 0 && bytes[length - 1] == 0)
        length--;
    return length == 0;
}

static bool same_address(const struct endpoint *left, const struct endpoint *right)
{
    size_t left_length;
    size_t right_length;
    const uint8_t *left_bytes = compared_bytes(left, &left_length);
    const uint8_t *right_bytes = compared_bytes(right, &right_length);
    return left_length == right_length && memcmp(left_bytes, right_bytes, left_length) == 0;
}

static bool covers_address(const struct endpoint *outer, const struct endpoint *inner)
{
    if (!endpoint_is_wildcard(outer))
        return same_address(outer, inner);
    if (is_ipv4(outer))
        return is_ipv4(inner);
    bool takes_ipv4 = is_ipv4(inner) || (endpoint_is_wildcard(inner) && !inner->ipv6_only);
    return !outer->ipv6_only || !takes_ipv4;
}

static bool same_port(const struct endpoint *left, const struct endpoint *right)
{
    return names[left->protocol] == names[right->protocol] && left->port == right->port;
}

/* A path whose file is not known is in nobody's way: its name may be another file's by now. */
static bool same_unix(const struct endpoint *left, const struct endpoint *right)
{
    const struct endpoint_path *one = &left->path;
    const struct endpoint_path *other = &right->path;
    if (!is_unix(left) || !is_unix(right) ||
        endpoint_is_abstract(left) != endpoint_is_abstract(right))
        return false;
    if (endpoint_is_abstract(left))
        return one->length == other->length && memcmp(one->bytes, other->bytes, one->length) == 0;
    return one->inode != 0 && one->inode == other->inode && one->device == other->device;
}

/* What two endpoints take in is never half in common: it is apart, or one holds the other. */
bool endpoint_conflicts(const struct endpoint *left, const struct endpoint *right)
{
    if (is_unix(left) || is_unix(right))
        return same_unix(left, right);
    bool share_device = left->device == 0 || right->device == 0 || left->device == right->device;
    return same_port(left, right) && share_device &&
           (covers_address(left, right) || covers_address(right, left));
}

bool endpoint_covers(const struct endpoint *outer, const struct endpoint *inner)
{
    if (is_unix(outer) || is_unix(inner))
        return same_unix(outer, inner);
    bool covers_device = outer->device == 0 || outer->device == inner->device;
    return same_port(outer, inner) && covers_device && covers_address(outer, inner);
}
